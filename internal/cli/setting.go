package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

type settingsCmd struct {
	List settingsListCmd `cmd:"" help:"Show the organisation's settings."`
	Set  settingsSetCmd  `cmd:"" help:"Change one of them."`
}

// settingsView is the answer of dev-orgs.settings.get and .update.
type settingsView struct {
	Settings map[string]any `json:"settings"`
}

type settingsListCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run lists the settings.
func (c settingsListCmd) Run(e *environment) error {
	var out settingsView
	if err := e.operate("dev-orgs.settings.get", struct{}{}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	for _, name := range slices.Sorted(maps.Keys(out.Settings)) {
		fmt.Fprintf(e.Out, "%s = %v\n", name, out.Settings[name])
	}
	return nil
}

type settingsSetCmd struct {
	Name  string `arg:"" help:"single_association: a contact has at most one account and one reference. require_account: imports of contacts must name an account. shared_emails: several contacts may have one address. named_whatsapp: a WhatsApp number matches only a contact of the same name. blocked_values: what is matched never, such as info@,@example.com,zeros. max_identifiers: how many identifiers of one kind a contact may have. auto_merge_precision: duplicates are merged without asking where so large a share was shown to be right, such as 0.99; 0 for never. time_zone: in which days of dynamic groups are counted, such as Europe/Berlin."`
	Value string `arg:"" help:"true or false; a number, a name or a list with commas for the settings that are one."`
}

// Run changes one setting.
func (c settingsSetCmd) Run(e *environment) error {
	name := strings.ReplaceAll(c.Name, "-", "_")
	var value any = c.Value
	switch name {
	case "time_zone":
	case "blocked_values":
		value = strings.FieldsFunc(c.Value, func(r rune) bool { return r == ',' || r == ' ' })
	default:
		if n, err := strconv.ParseFloat(c.Value, 64); err == nil && (strings.HasPrefix(c.Name, "max") || strings.HasPrefix(c.Name, "auto")) {
			value = n
		} else if value, err = strconv.ParseBool(c.Value); err != nil {
			return errs.NotPermitted("value", "%q is neither true nor false", c.Value)
		}
	}
	var out settingsView
	if err := e.operate("dev-orgs.settings.update", map[string]any{name: value}, &out); err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "%s = %v\n", name, out.Settings[name])
	return nil
}
