package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
)

type identityCmd struct {
	Resolve identityResolveCmd `cmd:"" help:"Show what would become of an observation, and what a token proves. Changes nothing."`
	Explain identityExplainCmd `cmd:"" help:"Show why a contact is one person, and what falls apart without each piece of evidence."`
	Verify  identityVerifyCmd  `cmd:"" help:"Vouch for an identifier that you have checked."`
}

type identityResolveCmd struct {
	target
	Channel     string   `default:"api" enum:"api,token,visitor,email,slack,whatsapp" help:"By which way it comes: ${enum}."`
	Ref         []string `help:"External references." placeholder:"REF"`
	Email       []string `help:"E-mail addresses." placeholder:"ADDRESS"`
	Phone       []string `help:"Phone numbers with country code." placeholder:"NUMBER"`
	DisplayName string   `name:"display-name" help:"A display name."`
	Prove       string   `placeholder:"TOKEN" help:"A token, in the place of an observation; - reads it from standard input."`
	JSON        bool     `name:"json" help:"Print one JSON object."`
}

type resolved struct {
	Token       *httpapi.Proves            `json:"token,omitempty"`
	Decision    string                     `json:"decision"`
	Reason      string                     `json:"reason,omitempty"`
	Identifiers []httpapi.ProvenIdentifier `json:"identifiers"`
	Rules       []httpapi.TriedRule        `json:"rules"`
	MatchedBy   *httpapi.Match             `json:"matched_by,omitempty"`
	RevUser     *httpapi.RevUser           `json:"rev_user,omitempty"`
	Candidates  []httpapi.Candidate        `json:"candidates"`
	Merges      []httpapi.Merge            `json:"merges"`
	Changes     []httpapi.ValueChange      `json:"changes"`
	Attaches    []httpapi.ProvenIdentifier `json:"attaches"`
}

// Run shows what would become of the observation.
func (c identityResolveCmd) Run(e *environment) (err error) {
	in := map[string]any{"observation": map[string]any{
		"channel": c.Channel, "external_refs": c.Ref, "emails": c.Email, "phone_numbers": c.Phone, "display_name": c.DisplayName,
	}}
	if c.Prove != "" {
		token, err := c.token(e)
		if err != nil {
			return err
		}
		in = map[string]any{"token": token}
	} else if len(c.Ref)+len(c.Email)+len(c.Phone) == 0 {
		return errs.BadRequest("give --ref, --email or --phone, or --prove")
	}
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out resolved
	if err := kith.call(e.ctx, "identities.resolve", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	return out.print(e.Out)
}

// maxToken bounds what is read as a token.
const maxToken = 16 << 10

func (c identityResolveCmd) token(e *environment) (string, error) {
	if c.Prove != "-" {
		return c.Prove, nil
	}
	text, err := io.ReadAll(io.LimitReader(e.In, maxToken))
	return strings.TrimSpace(string(text)), err
}

func (r resolved) print(w io.Writer) error {
	if t := r.Token; t != nil {
		if !t.Valid {
			_, err := fmt.Fprintf(w, "The token proves nothing: %s\n", t.Reason)
			return err
		}
		_, err := fmt.Fprintf(w, "The token is valid: %s for %s%s\n", t.Type, named(*t.Subject), prefixed(", ", t.Proof))
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tVALUE\tRESULT\tHELD BY")
	for _, t := range r.Rules {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.Rule, printable(t.Value), t.Result, list(t.Holders))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	switch r.Decision {
	case "refused":
		fmt.Fprintf(w, "It would be refused: %s\n", r.Reason)
	case "created":
		fmt.Fprintln(w, "A new contact would be created.")
	default:
		fmt.Fprintf(w, "It is %s %s.\n", r.RevUser.DisplayID, printable(r.RevUser.DisplayName))
	}
	for _, m := range r.Merges {
		fmt.Fprintf(w, "%s would become part of it by the rule %s.\n", named(m.Secondary), m.Rule)
	}
	for _, a := range r.Attaches {
		fmt.Fprintf(w, "It would have %s %s, %s.\n", a.Kind, printable(a.Given), a.Proof)
	}
	for _, f := range r.Changes {
		fmt.Fprintf(w, "%s would go from %q to %q.\n", f.Field, printable(f.From), printable(f.To))
	}
	for _, o := range r.Candidates {
		fmt.Fprintf(w, "%s may be the same person (%s).\n", named(o.RevUser), o.Rule)
	}
	return nil
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func list(records []httpapi.RecordSummary) string {
	out := make([]string, len(records))
	for i, r := range records {
		out[i] = named(r)
	}
	return strings.Join(out, ", ")
}

type identityExplainCmd struct {
	target
	ID   string `arg:"" help:"The contact, such as REVU-12."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

type explained struct {
	RevUser     httpapi.RevUser         `json:"rev_user"`
	Identifiers []httpapi.Identifier    `json:"identifiers"`
	Parts       []httpapi.Part          `json:"parts"`
	MoreParts   bool                    `json:"more_parts"`
	Merges      []httpapi.Merge         `json:"merges"`
	Duplicates  []httpapi.Duplicate     `json:"duplicates"`
	Pieces      []httpapi.EvidencePiece `json:"pieces"`
}

// Run shows the evidence.
func (c identityExplainCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out explained
	if err := kith.call(e.ctx, "identities.explain", map[string]string{"id": c.ID}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	return out.print(e.Out)
}

func (x explained) print(w io.Writer) error {
	fmt.Fprintf(w, "%s %s\n", x.RevUser.DisplayID, printable(x.RevUser.DisplayName))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tIDENTIFIER\tVALUE\tPROOF\tSOURCE\tSINCE")
	for _, p := range x.Parts {
		if len(p.Identifiers) == 0 {
			fmt.Fprintf(table, "%s\tnone\t\t\t\t\n", named(p.RevUser))
		}
		for _, i := range p.Identifiers {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", named(p.RevUser), i.Kind, printable(i.Value), i.Proof, i.Source, i.Since.Local().Format("2006-01-02 15:04"))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, m := range x.Merges {
		fmt.Fprintf(w, "%s joined %s to %s: %s%s\n", m.DisplayID, named(m.Secondary), named(m.Primary), m.Rule, evidence(m.Evidence))
	}
	for _, d := range x.Duplicates {
		if d.State == "open" {
			fmt.Fprintf(w, "%s and %s may be one: %s, %.1f %%\n", named(d.RevUser), named(d.Other), d.Rule, 100*d.Probability)
		}
	}
	for _, p := range x.Pieces {
		switch {
		case p.Merge != "":
			fmt.Fprintf(w, "Without %s, %s would be apart.\n", p.Merge, list(p.Parts))
		case len(p.Baseless) > 0:
			fmt.Fprintf(w, "Without %s %s, no rule would make %s.\n", p.Identifier.Kind, printable(p.Identifier.Value), strings.Join(p.Baseless, ", "))
		case p.Unfindable:
			fmt.Fprintf(w, "Without %s %s, nothing would lead to the contact.\n", p.Identifier.Kind, printable(p.Identifier.Value))
		}
	}
	return nil
}

func evidence(keys []httpapi.KeyValue) string {
	if len(keys) == 0 {
		return ""
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Kind + " " + printable(k.Value)
	}
	return " by " + strings.Join(out, ", ")
}

type identityVerifyCmd struct {
	target
	ID    string `arg:"" help:"The contact, such as REVU-12."`
	Kind  string `arg:"" enum:"email,phone,external_ref" help:"email, phone or external_ref."`
	Value string `arg:"" help:"The identifier."`
}

// Run vouches for the identifier.
func (c identityVerifyCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	if err := kith.call(e.ctx, "rev-users.identifiers.verify", map[string]string{"id": c.ID, "kind": c.Kind, "value": c.Value}, nil); err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "%s of %s is attested.\n", printable(c.Value), c.ID)
	return nil
}
