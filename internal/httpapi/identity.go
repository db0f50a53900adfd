package httpapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/identity"
)

// KeyValue is an identifier as records are found by it.
type KeyValue struct {
	Kind  string `json:"kind"`
	Value string `json:"value" doc:"In its normal form."`
}

func keyValue(key string) KeyValue {
	kind, norm := identity.ParseKey(key)
	return KeyValue{string(kind), norm}
}

// Match says how a contact was found.
type Match struct {
	Rule string    `json:"rule" doc:"external_ref, email or phone: the one contact that has it; id: it was named itself."`
	By   *KeyValue `json:"by,omitempty" doc:"The identifier that led there."`
}

// Candidate is a contact that may be the same person.
type Candidate struct {
	RevUser RecordSummary `json:"rev_user"`
	Rule    string        `json:"rule" doc:"held: it has an identifier that was given; claim: its visitor claims one; visitor_return: it was made at the same browser."`
	By      *KeyValue     `json:"by,omitempty"`
}

func (v view) match(m identity.Match) *Match {
	if m.Rule == "" {
		return nil
	}
	return &Match{Rule: m.Rule, By: optionalKey(m.Key)}
}

func optionalKey(key string) *KeyValue {
	if key == "" {
		return nil
	}
	kv := keyValue(key)
	return &kv
}

func (v view) candidates(o identity.Outcome) []Candidate {
	out := []Candidate{}
	for _, s := range o.Suspicions() {
		out = append(out, Candidate{RevUser: v.record(don.Of(don.Contact, s.B)), Rule: s.Rule, By: optionalKey(s.Key)})
	}
	return out
}

type upsertIn struct {
	revUserCreateIn
	Key string `json:"idempotency_key" maxLength:"255" doc:"Of your choice. The same request with the same key within a day gets the same answer and is carried out once; another request with it is a conflict."`
}

type upsertOut struct {
	Candidates []Candidate `json:"candidates" doc:"Other contacts that may be the same person."`
	Created    bool        `json:"created" doc:"Whether the contact is a new one."`
	MatchedBy  *Match      `json:"matched_by,omitempty" doc:"How the contact was found; absent for a new one."`
	RevUser    RevUser     `json:"rev_user"`
}

func registerIdentity(api *API, d AuthDeps) {
	const tag = "identities"
	upsert := writeOp("rev-users.upsert", "Find a contact by what names it and update it, or create it", "rev-users", http.StatusConflict)
	upsert.Description = "external_refs are looked up first, then email; phone_numbers only when they are all that is given and one contact has one. What is given replaces what stands; identifiers come beside those that stand, and those that other contacts have stay there."
	operate(api, upsert, d.upsertContact)
	try := writeOp("identities.resolve", "Show what would become of an observation or of rev_info, and what a token proves", tag, http.StatusNotFound)
	try.Description = "Changes nothing. Give one of token, rev_info and observation."
	operate(api, try, d.tryResolve)
	rules := writeOp("identities.preview-rules", "Show which contacts changed settings would join or part", tag)
	rules.Description = "Changes nothing. A page looks at a bounded number of records, so it may be empty and still have a next_cursor."
	operate(api, rules, d.previewRules)
	operate(api, readOp("identities.explain", "Show why a contact is one person, and what falls apart without each piece", tag), d.explainContact)
}

func (d AuthDeps) upsertContact(ctx context.Context, c call, in *upsertIn) (*upsertOut, error) {
	places, err := in.places(c)
	patch, err2 := in.patch(c, in.SchemaFragments)
	if err := first(err, err2, notByUpsert("display_picture", in.DisplayPicture.Set), notByUpsert("artifacts", len(in.Artifacts) > 0)); err != nil {
		return nil, err
	}
	once, err := onceOf(in.Key, in)
	if err != nil {
		return nil, err
	}
	var out *upsertOut
	body, err := d.Records.UpsertContact(ctx, c.Scope, patch, places, once, func(f directory.DecidedFound) ([]byte, error) {
		v, o := c.view(f.Names), f.Item
		out = &upsertOut{Candidates: v.candidates(o), Created: o.Created, MatchedBy: v.match(o.By), RevUser: v.contact(o.Contact)}
		if in.Key == "" {
			return nil, nil // nobody keeps it
		}
		return json.Marshal(out)
	})
	if err != nil || in.Key == "" {
		return out, err
	}
	out = &upsertOut{} // perhaps that of an earlier request
	return out, json.Unmarshal(body, out)
}

// notByUpsert refuses what a request cannot say twice: a file hangs on one thing only.
func notByUpsert(field string, given bool) error {
	if !given {
		return nil
	}
	return errs.NotPermitted(field, "cannot be given here; give it to rev-users.update with the id that comes back")
}

// onceOf tells a request from others by its key and what it asks.
func onceOf(key string, in any) (directory.Once, error) {
	if key == "" {
		return directory.Once{}, nil
	}
	text, err := json.Marshal(in)
	if err != nil {
		return directory.Once{}, err
	}
	sum := sha256.Sum256(text)
	return directory.Once{Key: key, Request: hex.EncodeToString(sum[:])}, nil
}

// channelName is a channel that has rules.
type channelName string

// Allowed returns the channels.
func (channelName) Allowed() []string {
	var out []string
	for _, c := range identity.Channels() {
		out = append(out, string(c))
	}
	return out
}

type observationIn struct {
	Channel      channelName `json:"channel" doc:"By which way it came, api when absent. It decides how far the identifiers are trusted and which rules are tried."`
	DisplayName  string      `json:"display_name" maxLength:"1024"`
	FullName     string      `json:"full_name" maxLength:"1024"`
	ExternalRefs []string    `json:"external_refs" maxItems:"50"`
	Emails       []string    `json:"emails" maxItems:"20"`
	PhoneNumbers []string    `json:"phone_numbers" maxItems:"20"`
}

type resolveIn struct {
	Observation   wire.Opt[observationIn] `json:"observation" doc:"What a channel, an import or the API says of a person."`
	RevInfo       wire.Opt[revInfoIn]     `json:"rev_info" doc:"What the org's backend would obtain a token with."`
	Token         string                  `json:"token" maxLength:"16384" doc:"A token of the org, to see what it proves."`
	VisitorSecret string                  `json:"visitor_secret" maxLength:"256" doc:"With rev_info: the secret that would come along."`
}

// TriedRule is one look of a rule.
type TriedRule struct {
	Rule    string          `json:"rule"`
	Kind    string          `json:"kind"`
	Value   string          `json:"value,omitempty" doc:"What was looked up, in its normal form."`
	Holders []RecordSummary `json:"holders" doc:"Who has it."`
	Result  string          `json:"result" enum:"matched,no_identifier,others_given,unknown,several_have,has_reference,other_name,blocked,decided_before" doc:"matched: it decided. no_identifier: the observation has none of the kind. others_given: the rule needs the kind alone. unknown: nobody has it. several_have: several have it. has_reference: who has it has another reference. other_name: none of those who have it has the name. blocked: the org lets the value match nobody. decided_before: it fits, and a rule before it decided."`
}

// ProvenIdentifier is an identifier as it would count.
type ProvenIdentifier struct {
	KeyValue
	Given string `json:"given" doc:"As it would be shown."`
	Proof string `json:"proof" enum:"claimed,entered,attested,signed"`
}

// ValueChange is what would change about a field.
type ValueChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Proves says what a token proves.
type Proves struct {
	Valid   bool           `json:"valid"`
	Reason  string         `json:"reason,omitempty" doc:"Why it is worth nothing."`
	Type    string         `json:"requested_token_type,omitempty"`
	Proof   string         `json:"proof,omitempty" doc:"signed: the org's backend vouches for the contact. claimed: a visitor who proves nothing. Absent for tokens of members and applications."`
	Subject *RecordSummary `json:"subject,omitempty"`
	Expires wire.Time      `json:"expires_at,omitzero"`
}

type resolveOut struct {
	Token       *Proves            `json:"token,omitempty"`
	Decision    string             `json:"decision" enum:"matched,created,refused,none" doc:"none: a token was given, which decides nothing."`
	Reason      string             `json:"reason,omitempty" doc:"Why it would be refused."`
	Identifiers []ProvenIdentifier `json:"identifiers" doc:"What was given, as it is compared."`
	Rules       []TriedRule        `json:"rules" doc:"What was tried, in order."`
	MatchedBy   *Match             `json:"matched_by,omitempty"`
	RevUser     *RevUser           `json:"rev_user,omitempty" doc:"The contact as it would be. The id of one that would be created is not final."`
	Candidates  []Candidate        `json:"candidates"`
	Merges      []Merge            `json:"merges" doc:"Contacts that would become part of it. Their ids are not final."`
	Changes     []ValueChange      `json:"changes" doc:"What would be written about a contact that is there."`
	Attaches    []ProvenIdentifier `json:"attaches" doc:"Identifiers that it would get, or get more proof of."`
}

func (d AuthDeps) tryResolve(ctx context.Context, c call, in *resolveIn) (*resolveOut, error) {
	given := 0
	for _, is := range []bool{in.Token != "", in.RevInfo.Set, in.Observation.Set} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, errs.BadRequest("give one of token, rev_info and observation")
	case in.VisitorSecret != "" && !in.RevInfo.Set:
		return nil, errs.NotPermitted("visitor_secret", "goes with rev_info; leave it out")
	case in.Token != "":
		return d.proves(ctx, c, in.Token)
	case in.RevInfo.Set:
		info, err := in.RevInfo.Value.read(c)
		if err != nil {
			return nil, err
		}
		info.Visitor = auth.VisitorHash(in.VisitorSecret)
		return c.trial(d.Records.TryVouch(ctx, c.OnBehalf(), info))
	}
	o := in.Observation.Value
	u := directory.Utterance{Channel: cmp.Or(identity.Channel(o.Channel), identity.ChannelAPI), DisplayName: o.DisplayName, FullName: o.FullName}
	for _, l := range []struct {
		kind   contact.Kind
		values []string
	}{{contact.KindRef, o.ExternalRefs}, {contact.KindEmail, o.Emails}, {contact.KindPhone, o.PhoneNumbers}} {
		for _, value := range l.values {
			u.Identifiers = append(u.Identifiers, directory.Named{Kind: l.kind, Value: value})
		}
	}
	return c.trial(d.Records.TryObservation(ctx, c.Scope, u))
}

// proves tells what a token of the org proves. One of another org is worth as
// little as one that nobody issued.
func (d AuthDeps) proves(ctx context.Context, c call, token string) (*resolveOut, error) {
	out := &resolveOut{Decision: "none", Identifiers: []ProvenIdentifier{}, Rules: []TriedRule{}, Candidates: []Candidate{}, Merges: []Merge{}, Changes: []ValueChange{}, Attaches: []ProvenIdentifier{}}
	a, err := d.Service.Inspect(ctx, c.Actor, token)
	if e := errs.As(err); e != nil && e.Kind == errs.Unauthenticated {
		out.Token = &Proves{Reason: e.Message}
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	p := &Proves{Valid: true, Type: a.Token.Kind.Type()}
	if a.Token.ExpiresAt != nil {
		p.Expires = wire.At(*a.Token.ExpiresAt)
	}
	names := &directory.Names{}
	if a.Contact != nil {
		names.Contacts = map[int64]*contact.Contact{a.Contact.N: a.Contact}
		p.Proof = contact.Signed.String()
		if a.Token.Kind == auth.Visitor {
			p.Proof = contact.Claimed.String()
		}
	}
	subject := c.view(names).record(a.Self())
	p.Subject, out.Token = &subject, p
	return out, nil
}

func (c call) trial(f directory.Found[directory.Trial], err error) (*resolveOut, error) {
	if err != nil {
		return nil, err
	}
	v, t := c.view(f.Names), f.Item
	out := &resolveOut{
		Decision: "matched", Identifiers: proven(t.Given), Rules: []TriedRule{}, MatchedBy: v.match(t.By), Candidates: v.candidates(t.Outcome),
		Merges: []Merge{}, Changes: []ValueChange{}, Attaches: []ProvenIdentifier{},
	}
	for _, r := range t.Tried {
		out.Rules = append(out.Rules, v.tried(r))
	}
	for _, m := range t.Linked {
		out.Merges = append(out.Merges, v.merge(m))
	}
	switch {
	case t.Refused != nil:
		out.Decision, out.Reason = "refused", t.Refused.Message
	case t.Created:
		out.Decision = "created"
	}
	if t.Contact != nil && t.Refused == nil {
		shown := v.contact(t.Contact)
		out.RevUser = &shown
		out.Changes, out.Attaches = changes(t.Before, t.Contact)
	}
	return out, nil
}

func (v view) tried(t identity.Tried) TriedRule {
	out := TriedRule{Rule: t.Name, Kind: string(t.Kind), Holders: []RecordSummary{}, Result: cmp.Or(t.Why, "matched")}
	if t.Key != "" {
		out.Value = keyValue(t.Key).Value
	}
	for _, n := range t.Holders {
		out.Holders = append(out.Holders, v.record(don.Of(don.Contact, n)))
	}
	return out
}

func proven(ids []contact.Identifier) []ProvenIdentifier {
	out := []ProvenIdentifier{}
	for _, i := range ids {
		out = append(out, ProvenIdentifier{KeyValue: KeyValue{string(i.Kind), i.Norm()}, Given: i.Value, Proof: i.Proof.String()})
	}
	return out
}

// changes tells what is different about a contact.
func changes(before, after *contact.Contact) ([]ValueChange, []ProvenIdentifier) {
	fields := []ValueChange{}
	if before == nil {
		return fields, proven(after.Identifiers)
	}
	for _, f := range []ValueChange{
		{"display_name", before.DisplayName, after.DisplayName}, {"full_name", before.FullName, after.FullName},
		{"description", before.Description, after.Description}, {"email", before.Email(), after.Email()}, {"external_ref", before.Ref(), after.Ref()},
	} {
		if f.From != f.To {
			fields = append(fields, f)
		}
	}
	var more []contact.Identifier
	for _, i := range after.Identifiers {
		if proofIn(before, i) < i.Proof {
			more = append(more, i)
		}
	}
	return fields, proven(more)
}

func proofIn(c *contact.Contact, want contact.Identifier) contact.Proof {
	for _, i := range c.Identifiers {
		if i.Kind == want.Kind && i.Norm() == want.Norm() {
			return i.Proof
		}
	}
	return 0
}
