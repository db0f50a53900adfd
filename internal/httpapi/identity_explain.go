package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/identity"
)

// Part is a contact that is part of another.
type Part struct {
	RevUser     RecordSummary  `json:"rev_user"`
	Into        *RecordSummary `json:"into,omitempty" doc:"The part that it was merged into; absent for the one that stands for all."`
	Merge       string         `json:"merge,omitempty" doc:"The display id of that merge."`
	CreatedDate wire.Time      `json:"created_date"`
	Identifiers []Identifier   `json:"identifiers" doc:"What it would have alone, with proof and source."`
}

// EvidencePiece is a piece of evidence with what falls apart without it.
type EvidencePiece struct {
	Merge      string          `json:"merge,omitempty" doc:"The display id of the merge that is the piece."`
	Identifier *KeyValue       `json:"identifier,omitempty" doc:"The identifier that is the piece."`
	Parts      []RecordSummary `json:"parts" doc:"Of a merge: the contacts that would be apart from the rest."`
	Baseless   []string        `json:"baseless_merges" doc:"Of an identifier: merges that no rule would make without it."`
	Unverified bool            `json:"unverified" doc:"Nothing else proves the contact."`
	Unfindable bool            `json:"unfindable" doc:"The contact has nothing else to be found by."`
}

type explainOut struct {
	RevUser     RevUser         `json:"rev_user"`
	Identifiers []Identifier    `json:"identifiers"`
	Parts       []Part          `json:"parts" doc:"The contacts that are this one, at most 200."`
	MoreParts   bool            `json:"more_parts"`
	Merges      []Merge         `json:"merges" doc:"What holds the parts together, the earliest first."`
	Duplicates  []Duplicate     `json:"duplicates" doc:"Pairs that the contact, or a part of it, was found to be one of: open ones, and accepted ones with the probability that they had; at most 100 each."`
	Pieces      []EvidencePiece `json:"pieces" doc:"What falls apart without each piece of evidence."`
}

func (d AuthDeps) explainContact(ctx context.Context, c call, in *idIn) (*explainOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	f, err := d.Records.ExplainContact(ctx, c.Scope, id.N)
	if err != nil {
		return nil, err
	}
	v, e := c.view(f.Names), f.Item
	out := &explainOut{RevUser: v.contact(e.Contact), Identifiers: identifiersOf(e.Contact), Parts: []Part{}, MoreParts: e.More, Merges: []Merge{}, Duplicates: []Duplicate{}, Pieces: []EvidencePiece{}}
	for _, p := range e.Pairs {
		out.Duplicates = append(out.Duplicates, v.duplicate(p))
	}
	for _, m := range e.Merges {
		out.Merges = append(out.Merges, v.merge(m))
	}
	for _, p := range e.Members {
		out.Parts = append(out.Parts, v.part(p))
		if p.Into != 0 {
			out.Pieces = append(out.Pieces, EvidencePiece{Merge: don.Of(don.Merge, p.Merge).Display(), Parts: v.contacts(p.Apart), Baseless: []string{}})
		}
	}
	for _, l := range e.Losses() {
		kv := keyValue(l.Key)
		piece := EvidencePiece{Identifier: &kv, Parts: []RecordSummary{}, Baseless: []string{}, Unverified: l.Unverified, Unfindable: l.Unfindable}
		for _, n := range l.Merges {
			piece.Baseless = append(piece.Baseless, don.Of(don.Merge, n).Display())
		}
		out.Pieces = append(out.Pieces, piece)
	}
	return out, nil
}

func (v view) part(p identity.Part) Part {
	out := Part{RevUser: v.record(don.Of(don.Contact, p.N)), CreatedDate: wire.At(p.Own.CreatedAt), Identifiers: identifiersOf(p.Own)}
	out.RevUser.DisplayName = p.Own.DisplayName
	if p.Into != 0 {
		into := v.record(don.Of(don.Contact, p.Into))
		out.Into, out.Merge = &into, don.Of(don.Merge, p.Merge).Display()
	}
	return out
}

func (v view) contacts(ns []int64) []RecordSummary {
	out := make([]RecordSummary, len(ns))
	for i, n := range ns {
		out[i] = v.record(don.Of(don.Contact, n))
	}
	return out
}
