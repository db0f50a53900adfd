package importer

// The public pages that the headers below come from. A header without such a
// page is not in a preset. Owners are left out where a product exports names or
// ids of its users, because ours are told by e-mail address.
const (
	attioCompanies = "https://docs.attio.com/docs/standard-objects/standard-objects-companies"
	attioPeople    = "https://docs.attio.com/docs/standard-objects/standard-objects-people.md"
	attioImport    = "https://attio.com/help/reference/imports-and-exports/import-data-into-attio" // Record ID; Name, as on the record

	chatwootExport = "https://github.com/chatwoot/chatwoot/blob/develop/app/jobs/account/contacts_export_job.rb"

	hubspotFields = "https://github.com/Cloudkibo/KiboEngage/blob/master/server/api/v1.1/hubspotIntegration/hubspotDefaultFields.js"
	hubspotImport = "https://knowledge.hubspot.com/articles/kcs_article/contacts/set-up-your-import-file"
	hubspotName   = "https://wildandfreetools.com/blog/format-csv-for-hubspot-contact-import"
	hubspotID     = "https://github.com/SumbleData/agents/pull/14"

	intercomColumns = "https://www.cstar.help/support/import-export/migrating-from-intercom"

	atlassianUsers     = "https://github.com/sumlin/atlassian-user-suspend-cli/blob/main/USAGE.md" // the Export users file of admin.atlassian.com
	atlassianCustomers = "https://support.atlassian.com/jira-service-management-cloud/docs/import-customer-and-organization-details/"

	// Linear exports issues as CSV, with their creators' e-mail addresses, and its customers through Airbyte.
	linearIssues        = "https://github.com/linear/linear/blob/master/packages/import/src/importers/linearCsv/LinearCsvImporter.ts"
	linearCustomers     = "https://github.com/linear/linear-airbyte-source/blob/main/resources/schemas/customer.json"
	linearCustomersFile = "https://github.com/linear/linear-solutions/blob/main/scripts/customer_attributes/README.md"

	salesforceFields = "https://raw.githubusercontent.com/api-evangelist/salesforcecom/refs/heads/main/json-ld/salesforcecom-context.jsonld"
	salesforceCSV    = "https://developer.salesforce.com/docs/atlas.en-us.240.0.api_asynch.meta/api_asynch/datafiles_csv_samples.htm"
	salesforceLabels = "https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_other_data_sources_and_organization_import.htm&language=en_US&type=5"
	salesforceMobile = "https://wildandfreetools.com/blog/format-csv-for-salesforce-import"

	servicenowContact = "https://schemas.apis.io/schemas/servicenow/contact-contact/"
	servicenowLabels  = "https://raw.githubusercontent.com/ServiceNow/ServiceNowDocs/australia/markdown/customer-service-management/contact-form-eaai.md"
	servicenowAccount = "https://www.servicenow.com/docs/r/xanadu/customer-service-management/customer-service-account-form.html"

	twentyColumns = "https://github.com/twentyhq/twenty/blob/main/packages/twenty-shared/src/utils/csv/buildRecordExportColumns.ts"
	twentyParts   = "https://github.com/twentyhq/twenty/blob/main/packages/twenty-shared/src/constants/CompositeFieldSubFieldLabels.ts"
	twentyPerson  = "https://github.com/twentyhq/twenty/blob/fbfd69b954882e2d620a3af32fdef78fea5a953d/packages/twenty-server/src/modules/person/standard-objects/person.workspace-entity.ts"
	twentyCompany = "https://github.com/twentyhq/twenty/blob/fbfd69b954882e2d620a3af32fdef78fea5a953d/packages/twenty-server/src/modules/company/standard-objects/company.workspace-entity.ts"

	zendeskUser = "https://raw.githubusercontent.com/api-evangelist/zendesk/refs/heads/main/json-structure/zendesk-support-user-structure.json"
	zendeskOrg  = "https://developer.zendesk.com/api-reference/ticketing/organizations/organizations"
)

var presets = []Preset{
	{
		Name: "attio",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"Record ID", attioImport}),
			first("display_name", PresetHeader{"Name", attioPeople}),
			first("email", PresetHeader{"Email addresses", attioPeople}),
			first("phone_numbers", PresetHeader{"Phone numbers", attioPeople}),
			first("description", PresetHeader{"Description", attioPeople}),
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"Record ID", attioImport}),
			first("display_name", PresetHeader{"Name", attioCompanies}),
			first("domains", PresetHeader{"Domains", attioCompanies}),
			first("description", PresetHeader{"Description", attioCompanies}),
		},
	},
	{
		Name: "chatwoot",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"id", chatwootExport}),
			first("display_name", PresetHeader{"name", chatwootExport}),
			first("email", PresetHeader{"email", chatwootExport}),
			first("phone_numbers", PresetHeader{"phone_number", chatwootExport}),
		},
	},
	{
		Name: "hubspot",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"Record ID", hubspotID}),
			join("display_name", PresetHeader{"First Name", hubspotFields}, PresetHeader{"Last Name", hubspotFields}),
			first("email", PresetHeader{"Email", hubspotFields}),
			join("phone_numbers", PresetHeader{"Phone Number", hubspotFields}, PresetHeader{"Mobile Phone Number", hubspotFields}),
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"Record ID", hubspotID}),
			first("display_name", PresetHeader{"Company name", hubspotName}),
			first("domains", PresetHeader{"Company domain name", hubspotImport}),
			first("websites", PresetHeader{"Website URL", hubspotFields}),
		},
	},
	{
		Name: "intercom",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"user_id", intercomColumns}),
			first("display_name", PresetHeader{"name", intercomColumns}),
			first("email", PresetHeader{"email", intercomColumns}),
			first("phone_numbers", PresetHeader{"phone", intercomColumns}),
		},
	},
	{
		Name: "jira",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"User id", atlassianUsers}),
			first("display_name", PresetHeader{"User name", atlassianUsers}),
			first("email", PresetHeader{"email", atlassianUsers}),
		},
		Accounts: []PresetField{ // an organization's name is its only id in the file
			join("external_refs", PresetHeader{"Organization Name", atlassianCustomers}),
			join("display_name", PresetHeader{"Organization Name", atlassianCustomers}),
		},
	},
	{
		Name: "linear",
		Contacts: []PresetField{ // of the issues; Linear has no list of the people who asked for them
			join("external_ref", PresetHeader{"Creator", linearIssues}),
			join("display_name", PresetHeader{"Creator", linearIssues}),
			join("email", PresetHeader{"Creator", linearIssues}),
			none("description"), none("tags.name"), // those are the issue's
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"id", linearCustomers}),
			first("display_name", PresetHeader{"name", linearCustomers}),
			first("domains", PresetHeader{"domains", linearCustomers}),
			first("tier", PresetHeader{"tier", linearCustomersFile}),
		},
	},
	{
		Name: "salesforce",
		Contacts: []PresetField{ // of a data export; reports have the same names with spaces
			first("external_ref", PresetHeader{"Contact ID", salesforceLabels}, PresetHeader{"Id", salesforceFields}),
			join("display_name", PresetHeader{"FirstName", salesforceFields}, PresetHeader{"LastName", salesforceFields}),
			first("email", PresetHeader{"Email", salesforceFields}),
			join("phone_numbers", PresetHeader{"Phone", salesforceFields}, PresetHeader{"MobilePhone", salesforceFields}, PresetHeader{"Mobile", salesforceMobile}),
			first("description", PresetHeader{"Description", salesforceCSV}),
			first("account_external_reference", PresetHeader{"AccountId", salesforceFields}),
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"Id", salesforceFields}),
			first("display_name", PresetHeader{"Name", salesforceFields}),
			first("websites", PresetHeader{"Website", salesforceFields}),
			first("description", PresetHeader{"Description", salesforceFields}),
		},
	},
	{
		Name: "servicenow",
		Contacts: []PresetField{ // exports can have field names or labels as headers
			first("external_ref", PresetHeader{"sys_id", servicenowContact}),
			join("display_name", PresetHeader{"first_name", servicenowContact}, PresetHeader{"last_name", servicenowContact}),
			first("email", PresetHeader{"Email", servicenowLabels}),
			join("phone_numbers", PresetHeader{"Business phone", servicenowLabels}, PresetHeader{"phone", servicenowContact}, PresetHeader{"mobile_phone", servicenowContact}),
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"Number", servicenowAccount}),
			first("display_name", PresetHeader{"Name", servicenowAccount}),
			first("websites", PresetHeader{"Website", servicenowAccount}),
			first("description", PresetHeader{"Notes", servicenowAccount}),
		},
	},
	{
		Name: "twenty",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"Id", twentyColumns}),
			join("display_name", PresetHeader{"Name / First Name", twentyParts}, PresetHeader{"Name / Last Name", twentyParts}),
			first("email", PresetHeader{"Emails / Primary Email", twentyParts}),
			first("phone_numbers", PresetHeader{"Phones / Primary Phone Number", twentyParts}),
			first("account_external_reference", PresetHeader{"Company Id", twentyPerson}),
		},
		Accounts: []PresetField{
			first("external_refs", PresetHeader{"Id", twentyColumns}),
			first("display_name", PresetHeader{"Name", twentyCompany}),
			first("websites", PresetHeader{"Domain Name / Link URL", twentyParts}),
		},
	},
	{
		Name: "zendesk",
		Contacts: []PresetField{
			first("external_ref", PresetHeader{"id", zendeskUser}, PresetHeader{"external_id", zendeskUser}),
			first("display_name", PresetHeader{"name", zendeskUser}),
			first("email", PresetHeader{"email", zendeskUser}),
			first("phone_numbers", PresetHeader{"phone", zendeskUser}),
			first("description", PresetHeader{"details", zendeskUser}, PresetHeader{"notes", zendeskUser}),
			first("account_external_reference", PresetHeader{"organization_id", zendeskUser}),
			first("tags.name", PresetHeader{"tags", zendeskUser}),
		},
		Accounts: []PresetField{
			join("external_refs", PresetHeader{"id", zendeskOrg}, PresetHeader{"external_id", zendeskOrg}),
			first("display_name", PresetHeader{"name", zendeskOrg}),
			first("domains", PresetHeader{"domain_names", zendeskOrg}),
			first("description", PresetHeader{"details", zendeskOrg}, PresetHeader{"notes", zendeskOrg}),
		},
	},
}

// first takes the first of the headers that the file has.
func first(field string, headers ...PresetHeader) PresetField {
	return PresetField{Field: field, Headers: headers}
}

// join takes all of the headers that the file has.
func join(field string, headers ...PresetHeader) PresetField {
	return PresetField{Field: field, Join: true, Headers: headers}
}

// none keeps a field from columns that have its name and mean something else.
func none(field string) PresetField { return PresetField{Field: field, None: true} }
