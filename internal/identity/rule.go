package identity

import (
	"slices"

	"github.com/kith-id/kith/internal/contact"
)

// Channel is the way by which an observation came. It decides by which rules
// the observation's contact is found.
type Channel string

// The channels. The zero Channel is ChannelAPI.
const (
	ChannelAPI      Channel = "api"      // members, imports and the API
	ChannelToken    Channel = "token"    // a token from the org's own backend
	ChannelVisitor  Channel = "visitor"  // a browser that proves nothing
	ChannelEmail    Channel = "email"    // mail
	ChannelSlack    Channel = "slack"    // Slack
	ChannelWhatsApp Channel = "whatsapp" // WhatsApp
)

// Channels lists the channels that have rules.
func Channels() []Channel {
	return []Channel{ChannelAPI, ChannelToken, ChannelVisitor, ChannelEmail, ChannelSlack, ChannelWhatsApp}
}

// Rule is one way to find the contact of an observation: the one contact that
// holds an identifier of the kind.
type Rule struct {
	Name string // by which decisions tell it
	Kind contact.Kind
	// Alone limits the rule to observations that have identifiers of this kind alone.
	Alone bool
	// SpareRef limits it to contacts that may get one more external reference.
	SpareRef bool
	// ByName takes, of several that have it, the one of the same name; where the
	// org says so also one alone must have that name.
	ByName bool
}

// Rules by which decisions are told, beside those named after a kind.
const (
	RuleID         = "id"             // the caller named the contact itself
	RuleSignedLink = "signed_link"    // a token joins contacts that hold its identifiers
	RuleVisitor    = "visitor_return" // a token comes with the secret of a visitor's browser
	RuleClaim      = "claim"          // a visitor has claimed an identifier that a contact holds
	RuleHeld       = "held"           // an identifier of the observation is another contact's
)

// rules are those of each channel, the first to fit decides. A visitor has
// none: only their own secret leads to a contact.
var rules = map[Channel][]Rule{
	ChannelAPI: {
		{Name: "external_ref", Kind: contact.KindRef},
		{Name: "email", Kind: contact.KindEmail},
		{Name: "phone", Kind: contact.KindPhone, Alone: true},
	},
	ChannelToken: {
		{Name: "external_ref", Kind: contact.KindRef},
		{Name: "email", Kind: contact.KindEmail, SpareRef: true},
	},
	ChannelVisitor:  {},
	ChannelEmail:    {{Name: "email", Kind: contact.KindEmail}},
	ChannelSlack:    {{Name: "email", Kind: contact.KindEmail}},
	ChannelWhatsApp: {{Name: "phone", Kind: contact.KindPhone, ByName: true}},
}

// RulesOf returns the rules of a channel in the order in which they are tried.
func RulesOf(c Channel) []Rule {
	if c == "" {
		c = ChannelAPI
	}
	return rules[c]
}

// Match says how an observation's contact was found; zero when it was not.
type Match struct {
	Rule string
	Key  string // the identity key that led there, "" when none did
}

// Tried is one look of a rule at an identifier, for people to follow.
type Tried struct {
	Rule
	Key     string  // "" when the observation has no identifier of the kind
	Holders []int64 // the contacts that have it
	Why     string  // why it did not decide, "" when it did
}

// Why a rule did not decide.
const (
	WhyAbsent    = "no_identifier"  // the observation has none of the kind
	WhyCompany   = "others_given"   // the rule needs the kind alone
	WhyUnknown   = "unknown"        // nobody has it
	WhyShared    = "several_have"   // several have it
	WhyOtherRef  = "has_reference"  // who has it has another reference already
	WhyOtherName = "other_name"     // none of those who have it has the name that the rule needs
	WhyBlocked   = "blocked"        // the org lets the value match nobody
	WhyLate      = "decided_before" // a rule before it decided
)

// find returns the contact that an observation is about and how it was found.
// The trace, if there is one, is told of each look.
func (b *batch) find(o *Observation) (*work, Match) {
	var w *work
	var by Match
	for _, r := range RulesOf(o.Channel) {
		got, m := b.apply(r, o, w != nil)
		if w == nil {
			w, by = got, m
		}
		if w != nil && o.Trace == nil {
			break
		}
	}
	return w, by
}

// apply looks for an observation's contact by one rule; late rules only trace.
func (b *batch) apply(r Rule, o *Observation, late bool) (*work, Match) {
	if !slices.ContainsFunc(o.Identifiers, func(i contact.Identifier) bool { return i.Kind == r.Kind }) {
		o.tried(Tried{Rule: r, Why: WhyAbsent})
		return nil, Match{}
	}
	if r.Alone && slices.ContainsFunc(o.Identifiers, func(i contact.Identifier) bool { return i.Kind != r.Kind }) {
		o.tried(Tried{Rule: r, Why: WhyCompany})
		return nil, Match{}
	}
	for _, i := range o.Identifiers {
		if i.Kind != r.Kind {
			continue
		}
		key := Key(i.Kind, i.Norm())
		found := b.live(key)
		chosen := b.chosen(r, o, found)
		why := b.decides(r, i, chosen)
		if why == WhyUnknown && len(found) > 0 {
			why = WhyOtherName
		}
		if why == "" && late {
			why = WhyLate
		}
		if o.Trace != nil {
			o.tried(Tried{Rule: r, Key: key, Holders: numbers(found), Why: why})
		}
		if why == "" {
			return chosen[0], Match{Rule: r.Name, Key: key}
		}
	}
	return nil, Match{}
}

// chosen returns those of a key's holders that a rule takes into account.
func (b *batch) chosen(r Rule, o *Observation, found []*work) []*work {
	if !r.ByName || len(found) < 2 && !b.settings.NamedWhatsApp {
		return found
	}
	name := contact.FoldName(o.DisplayName)
	return slices.DeleteFunc(slices.Clone(found), func(w *work) bool {
		return name == "" || contact.FoldName(w.after.DisplayName) != name && contact.FoldName(w.after.FullName) != name
	})
}

// decides returns why a rule does not lead to those who have an identifier, ""
// when it does.
func (b *batch) decides(r Rule, i contact.Identifier, found []*work) string {
	switch {
	case Blocked(b.settings, i):
		return WhyBlocked
	case len(found) == 0:
		return WhyUnknown
	case len(found) > 1:
		return WhyShared
	case r.SpareRef && !b.takesRef(found[0].after):
		return WhyOtherRef
	}
	return ""
}

func (o *Observation) tried(t Tried) {
	if o.Trace != nil {
		*o.Trace = append(*o.Trace, t)
	}
}

func numbers(found []*work) []int64 {
	out := make([]int64, len(found))
	for at, w := range found {
		out[at] = w.after.N
	}
	slices.Sort(out)
	return out
}
