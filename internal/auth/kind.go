package auth

import (
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Kind is what a stored secret lets its bearer do.
type Kind string

// The kinds of secrets.
const (
	Personal Kind = "pat"     // everything its member may do, for clients
	Session  Kind = "session" // the same, for a browser
	Reset    Kind = "reset"   // set the member's password, once

	Application       Kind = "aat"        // obtain tokens for contacts whom the org's own backend vouches for
	PublicApplication Kind = "aat:public" // the same for whoever claims to be one; made to stand in a page

	Widget Kind = "widget" // nothing: what a widget's visitors' sessions hang on

	Customer Kind = "session:rev"        // a contact, proven by the org's backend
	Visitor  Kind = "session:rev:public" // a contact who only claims
	OneTime  Kind = "session:onetime"    // exchange for a Customer token, once

	ActAsMember      Kind = "pat:act-as"         // as a member, for an application
	ActAsApplication Kind = "aat:act-as"         // as another service account
	ActAsCustomer    Kind = "session:rev:act-as" // as a contact
)

// Token types as clients name them.
const (
	TypePrefix   = "urn:devrev:params:oauth:token-type:"
	TypePersonal = TypePrefix + "pat"
	TypeSession  = TypePrefix + "session:dev0"
	TypeCustomer = TypePrefix + "session"
	TypeRevInfo  = TypePrefix + "revinfo"
	GrantIssue   = "urn:devrev:params:oauth:grant-type:token-issue"
	GrantSwap    = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// ScopeActAs is the scope that an application token needs to act as somebody.
const ScopeActAs = "act-as"

// Type returns the token type by which clients know the kind.
func (k Kind) Type() string {
	switch k {
	case Session:
		return TypeSession
	case Customer:
		return TypeCustomer
	default:
		return TypePrefix + string(k)
	}
}

// KindsOf returns the kinds that a token type stands for, none for a type that
// Kith does not issue.
func KindsOf(tokenType string) []Kind {
	name, ok := strings.CutPrefix(tokenType, TypePrefix)
	switch k := Kind(name); {
	case !ok:
		return nil
	case tokenType == TypeSession:
		return []Kind{Session}
	case tokenType == TypeCustomer:
		return []Kind{Customer}
	case k != Session && k != Reset && slices.Contains(jwtKinds, k):
		return []Kind{k}
	}
	return nil
}

var (
	// jwtKinds are the kinds whose secrets are JWTs.
	jwtKinds = append([]Kind{Personal, Application, PublicApplication}, briefKinds...)
	// briefKinds live for minutes. They are known by their id, need no route of
	// their own and are never remembered between requests, so that whatever ends
	// them does so at once and everywhere.
	briefKinds = []Kind{Customer, Visitor, OneTime, ActAsMember, ActAsApplication, ActAsCustomer}
	// memberKinds act for a member.
	memberKinds = []Kind{"", Personal, Session, ActAsMember}
)

// BriefKinds returns the kinds of tokens that live for minutes.
func BriefKinds() []string {
	out := make([]string, len(briefKinds))
	for i, k := range briefKinds {
		out[i] = string(k)
	}
	return out
}

// Brief reports whether tokens of the kind live for minutes.
func (k Kind) Brief() bool { return slices.Contains(briefKinds, k) }

// Routed reports whether the org is found by the hash of such tokens.
func (k Kind) Routed() bool { return !k.Brief() && k != Widget }

// Told reports whether the coming and going of such tokens belongs into the
// history of their subject. Sessions and links come and go without.
func (k Kind) Told() bool {
	return slices.Contains([]Kind{Personal, Application, PublicApplication, ActAsMember, ActAsApplication, ActAsCustomer}, k)
}

// Operations that contacts call about themselves.
const (
	opSelfGet    = "rev-users.self.get"
	opSelfUpdate = "rev-users.self.update"
)

// opPublish is what contacts call about what they do, and applications about
// what contacts do.
const opPublish = "track-events.publish"

// mayCall lists everything that tokens which do not act for a member may call. A
// new operation is closed to them until it stands here.
var mayCall = map[Kind][]string{
	Application:       {"auth-tokens.create", "auth-tokens.info", "auth-tokens.delete", opPublish},
	PublicApplication: {"auth-tokens.create", "auth-tokens.info"}, // everybody has it: it must not be able to end itself
	Customer:          slices.Concat(asContact, onOwn, onTickets, []string{"auth-tokens.self.delete"}),
	Visitor:           slices.Concat(asContact, onOwn, []string{"auth-tokens.self.delete"}),
	OneTime:           {"auth-tokens.create"},
	ActAsApplication:  {"auth-tokens.create", "auth-tokens.info", "auth-tokens.delete", opPublish},
	ActAsCustomer:     slices.Concat(asContact, onOwn, onTickets),
}

var (
	// asContact is what contacts call about themselves and their tokens.
	asContact = []string{opSelfGet, opSelfUpdate, "auth-tokens.info", "auth-tokens.delete"}
	// onOwn is what they call on records in which they take part, and on files there. Which these are
	// only the records tell: package desk finds nothing else for a contact.
	onOwn = []string{
		"conversations.create", "conversations.get", "conversations.list",
		"events.signal", "events.stream", "timeline-entries.create", "timeline-entries.get", "timeline-entries.list",
		"artifacts.prepare", "artifacts.get", "artifacts.locate",
		opPublish,
	}
	// onTickets is what they call on the tickets that they reported, once they have
	// proved who they are.
	onTickets = []string{"works.create", "works.get", "works.list"}
)

// ofBlocked lists what contacts from whom the team takes no messages may not call:
// they read what was said, and say nothing.
var ofBlocked = []string{"conversations.create", "works.create", "timeline-entries.create", "artifacts.prepare", "events.signal", "track-events.publish"}

// never lists what an application must not do in a member's name: get hold of
// secrets that outlive its own, change who may do what, or say that a person
// has checked something.
var never = []string{
	"auth-tokens.create", "auth-tokens.update", "auth-tokens.self.delete", "dev-orgs.settings.update",
	"rev-users.identifiers.verify", "service-accounts.create", "service-accounts.update",
}

// isMember reports whether the caller acts for a member.
func (a Actor) isMember() bool { return slices.Contains(memberKinds, a.Token.Kind) }

// Self returns who the caller is: a member, a service account or a contact.
func (a Actor) Self() don.ID {
	if a.Token.Subject.Type != "" {
		return a.Token.Subject
	}
	return a.Member.ID()
}

// allowKind decides for callers that do not act for a member.
func allowKind(a Actor, operation string, object don.ID) error {
	if !slices.Contains(mayCall[a.Token.Kind], operation) {
		return errs.Denied("a token of type %s may not call %s", a.Token.Kind.Type(), operation)
	}
	if a.Contact != nil && a.Contact.Blocked && slices.Contains(ofBlocked, operation) {
		return errs.Denied("messages are not accepted here at the moment")
	}
	if slices.Contains([]don.Type{don.Conversation, don.Ticket, don.Artifact}, object.Type) && slices.Contains(slices.Concat(onOwn, onTickets), operation) {
		return nil
	}
	if object != (don.ID{}) && object != a.Self() && object != a.Token.DON() {
		return errs.Denied("a token of type %s may call %s only about itself", a.Token.Kind.Type(), operation)
	}
	return nil
}

// allowMember decides for callers that act for a member.
func allowMember(a Actor, operation string, object don.ID) error {
	switch {
	case a.Member.State != org.Active:
		return errs.Denied("%s is deactivated; ask an admin of %s to be let in again", a.Member.Email, a.Org.Name)
	case a.Token.Kind == ActAsMember && slices.Contains(never, operation):
		return errs.Denied("an application that acts as a member may not call %s", operation)
	case a.Token.Kind == ActAsMember && operation == "auth-tokens.delete" && object != (don.ID{}) && object != a.Token.DON():
		return errs.Denied("an application that acts as a member may revoke only the token that it does so with")
	case operation == opSelfGet || operation == opSelfUpdate:
		return errs.Denied("%s is for session tokens of contacts; members use rev-users.get and rev-users.update", operation)
	case a.Member.Role == org.Admin:
		return nil
	}
	e := errs.Denied("the role %q may not call %s", a.Member.Role, operation)
	if object != (don.ID{}) {
		return e.With("object_ids", []string{a.Scope.Space.Format(object)})
	}
	return e
}
