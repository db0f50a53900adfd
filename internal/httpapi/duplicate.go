package httpapi

import (
	"cmp"
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/page"
)

// Duplicate is a pair of contacts that may be one person.
type Duplicate struct {
	RevUser     RecordSummary `json:"rev_user" doc:"The contact as the pair was filed; its id leads to what it was merged into since."`
	Other       RecordSummary `json:"other"`
	State       string        `json:"state" enum:"accepted,open,rejected" doc:"accepted: they were merged; rejected: they are two persons, and the pair is not filed again."`
	Probability float64       `json:"probability" doc:"That they are one person, from 0 to 1. An estimate for rule match, a rank for the others."`
	Rule        string        `json:"rule" doc:"What led to the pair. match: they look alike; held: one has an identifier that was given for the other; claim: a visitor claims an identifier of the other; visitor_return: both were at the same browser; or the rule of a merge that was undone."`
	Identifier  *KeyValue     `json:"identifier,omitempty" doc:"What the rule went by."`
	FiledDate   wire.Time     `json:"filed_date"`
	DecidedBy   *UserSummary  `json:"decided_by,omitempty"`
	DecidedDate wire.Time     `json:"decided_date,omitzero"`
}

func (v view) duplicate(s directory.Suspected) Duplicate {
	out := Duplicate{
		RevUser: v.filed(s.A, s.First), Other: v.filed(s.B, s.Second), State: s.State, Probability: float64(s.Likely) / identity.Certain,
		Rule: s.Rule, Identifier: optionalKey(s.Key), FiledDate: wire.At(s.FiledAt), DecidedBy: v.author(s.DecidedBy),
	}
	if out.Rule == "" {
		out.Rule = "member"
	}
	if s.DecidedAt != nil {
		out.DecidedDate = wire.At(*s.DecidedAt)
	}
	return out
}

// filed names a contact by its own number and with the name that it has now.
func (v view) filed(n int64, now *contact.Contact) RecordSummary {
	r := v.record(don.Of(don.Contact, n))
	r.DisplayName = now.DisplayName
	return r
}

type duplicatesListIn struct {
	State   string `json:"state" enum:"accepted,open,rejected" doc:"open when absent."`
	RevUser string `json:"rev_user" format:"id" doc:"Only pairs of this contact, at most 100 on one page."`
	Cursor  string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit   int    `json:"limit" minimum:"0" doc:"Pairs on a page. 50 when absent, at most 100."`
}

type duplicatesListOut struct {
	Duplicates []Duplicate `json:"duplicates" doc:"The most likely first."`
	NextCursor string      `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type pairIn struct {
	RevUser string `json:"rev_user" required:"true" format:"id" doc:"One contact of the pair, as duplicates.list names it."`
	Other   string `json:"other" required:"true" format:"id" doc:"The other one."`
}

type duplicatesAcceptIn struct {
	pairIn
	Primary string `json:"primary_user" format:"id" doc:"Which of the two is kept. When absent the verified one, and if both or none are, the older one."`
}

// Evidence is what speaks for and against two contacts being one.
type Evidence struct {
	Prior     float64         `json:"prior_bits" doc:"Of two contacts taken at random."`
	Relatives float64         `json:"relatives_bits" doc:"At most 0: how well two of a family or office would explain the same."`
	Learnt    float64         `json:"learnt_bits" doc:"What of the others members' decisions added."`
	Bits      float64         `json:"bits" doc:"The sum, save for learnt_bits: each bit doubles the odds that they are one."`
	Fields    []EvidenceField `json:"fields"`
}

// EvidenceField is what one field says about two contacts.
type EvidenceField struct {
	Field string  `json:"field"`
	Level string  `json:"level" doc:"How far the values agree; not said when one is missing."`
	Bits  float64 `json:"bits" doc:"Above 0 for, below 0 against."`
	Value string  `json:"value" doc:"Of rev_user, in its normal form."`
	Other string  `json:"other_value"`
	Given string  `json:"given,omitempty" doc:"The field whose agreement, or not, was taken into account."`
}

type duplicatesExplainOut struct {
	Duplicate Duplicate `json:"duplicate"`
	Evidence  *Evidence `json:"evidence,omitempty" doc:"For rule match."`
	RevUsers  []RevUser `json:"rev_users" doc:"The contacts as they are now; one when they have become one."`
}

func registerDuplicates(api *API, d DirectoryDeps) {
	const tag = "duplicates"
	list := readOp("duplicates.list", "List pairs of contacts that may be one person, the most likely first", tag)
	list.Description = "Open pairs whose contacts have become one, or of which one is in the trash, are left out."
	operate(api, list, d.listDuplicates)
	operate(api, readOp("duplicates.explain", "Show what speaks for and against a pair", tag), d.explainDuplicate)
	sample := readOp("duplicates.sample", "Choose open pairs of searches to judge, from all ranges of probability", tag)
	sample.Description = "In random order. Accept or reject them, and duplicates.quality tells how good the searches are."
	operate(api, sample, d.sampleDuplicates)
	quality := readOp("duplicates.quality", "Estimate how good the pairs of searches are", tag)
	quality.Description = "From what members decided about pairs; without decisions in a range of probability everything is plausible there."
	operate(api, quality, d.duplicateQuality)
	accept := writeOp("duplicates.accept", "Merge the contacts of a pair", tag)
	accept.Description = "As rev-users.merge does; merges.undo takes it back, and the pair is then rejected."
	operate(api, accept, d.acceptDuplicate)
	operate(api, writeOp("duplicates.reject", "Say that the contacts of a pair are two persons", tag), d.rejectDuplicate)
	scan := createOp("duplicate-scans.create", "Search all contacts for duplicates", tag)
	scan.Description = "Runs in the background, one search at a time; it files pairs, and drops open ones of earlier searches that it does not find."
	scan.Errors = []int{http.StatusConflict}
	operate(api, scan, d.startScan)
	operate(api, readOp("duplicate-scans.get", "Get the latest search for duplicates", tag), d.getScan)
	operate(api, writeOp("duplicate-scans.cancel", "Cancel the search for duplicates that is under way", tag), d.cancelScan)
}

func (d DirectoryDeps) listDuplicates(ctx context.Context, c call, in *duplicatesListIn) (*duplicatesListOut, error) {
	out := &duplicatesListOut{Duplicates: []Duplicate{}}
	if !c.sees(don.Contact) {
		return out, nil
	}
	of, q, list, err := d.duplicatePage(c, in)
	if errs.Is(err, errs.NotFound) {
		return out, nil // a filter by what is not there finds nothing
	}
	if err != nil {
		return nil, err
	}
	f, next, err := d.Service.ListDuplicates(ctx, c.Scope, of, q)
	if errs.Is(err, errs.NotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	for _, s := range f.Item {
		out.Duplicates = append(out.Duplicates, v.duplicate(s))
	}
	if next != nil {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{next.Likely, next.A, next.B}})
	}
	return out, nil
}

func (d DirectoryDeps) duplicatePage(c call, in *duplicatesListIn) (of int64, q directory.DuplicateQuery, list page.List, err error) {
	q.State = in.State
	if q.State == "" {
		q.State = identity.DuplicateOpen
	}
	list = page.ListOf(c.op, c.Scope.OrgID, q.State+" "+in.RevUser)
	req, err := page.Request{Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return 0, q, list, err
	}
	q.Limit = req.Limit
	if in.RevUser != "" {
		id, err := c.reference("rev_user", in.RevUser, don.Contact)
		if err != nil {
			return 0, q, list, err
		}
		of, q.Limit = id.N, page.Max
	}
	if in.Cursor == "" {
		return of, q, list, nil
	}
	cur, err := d.Cursors.Decode(list, in.Cursor)
	if err != nil {
		return 0, q, list, err
	}
	q.Below = &identity.Duplicate{}
	for at, to := range []*int64{&q.Below.Likely, &q.Below.A, &q.Below.B} {
		if at < len(cur.Keys) {
			*to, _ = cur.Keys[at].(int64)
		}
	}
	return of, q, list, nil
}

// pair reads the contacts of a pair and asks whether the caller may run the
// operation on both.
func (c call) pair(in pairIn) (a, b int64, err error) {
	first, second, err := c.two("rev_user", in.RevUser, "other", in.Other, don.Contact)
	return first.N, second.N, err
}

func (d DirectoryDeps) explainDuplicate(ctx context.Context, c call, in *pairIn) (*duplicatesExplainOut, error) {
	a, b, err := c.pair(*in)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.GetDuplicate(ctx, c.Scope, a, b)
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	out := &duplicatesExplainOut{Duplicate: v.duplicate(f.Item), RevUsers: []RevUser{v.contact(f.Item.First)}}
	if f.Item.Second.N != f.Item.First.N {
		out.RevUsers = append(out.RevUsers, v.contact(f.Item.Second))
	}
	x, err := f.Item.Evidence()
	if x != nil {
		out.Evidence = evidence(x)
	}
	return out, err
}

func evidence(x *directory.Evidence) *Evidence {
	out := &Evidence{Prior: x.Prior, Relatives: x.Relatives, Learnt: x.Learnt, Bits: x.Bits, Fields: []EvidenceField{}}
	for _, f := range x.Fields {
		out.Fields = append(out.Fields, EvidenceField{Field: f.Field, Level: f.Level, Bits: f.Bits, Value: f.A, Other: f.B, Given: f.Given})
	}
	return out
}

func (d DirectoryDeps) acceptDuplicate(ctx context.Context, c call, in *duplicatesAcceptIn) (*mergeOut, error) {
	a, b, err := c.pair(in.pairIn)
	if err != nil {
		return nil, err
	}
	var primary don.ID
	if in.Primary != "" {
		if primary, err = c.object("primary_user", in.Primary, don.Contact); err != nil {
			return nil, err
		}
	}
	f, err := d.Service.AcceptDuplicate(ctx, c.Scope, a, b, primary.N)
	if err != nil {
		return nil, err
	}
	return &mergeOut{c.view(f.Names).merge(f.Item)}, nil
}

func (d DirectoryDeps) rejectDuplicate(ctx context.Context, c call, in *pairIn) (*struct{}, error) {
	a, b, err := c.pair(*in)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.RejectDuplicate(ctx, c.Scope, a, b)
}

type duplicatesSampleIn struct {
	Count int `json:"count" minimum:"1" maximum:"50" doc:"50 when absent."`
}

func (d DirectoryDeps) sampleDuplicates(ctx context.Context, c call, in *duplicatesSampleIn) (*duplicatesListOut, error) {
	out := &duplicatesListOut{Duplicates: []Duplicate{}}
	if !c.sees(don.Contact) {
		return out, nil
	}
	f, err := d.Service.SampleDuplicates(ctx, c.Scope, cmp.Or(in.Count, judgedPairs))
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	for _, s := range f.Item {
		out.Duplicates = append(out.Duplicates, v.duplicate(s))
	}
	return out, nil
}

type duplicatesQualityIn struct {
	Precision float64 `json:"precision" minimum:"0" maximum:"1" doc:"The share of pairs that shall be right, for the threshold; 0.99 when absent."`
}

// Share is an estimated share with the bounds of what is plausible (95 %).
type Share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// QualityEstimate is how good the pairs from a probability on are.
type QualityEstimate struct {
	Probability float64 `json:"probability"`
	Precision   Share   `json:"precision" doc:"The share of these pairs that are one person."`
	Recall      Share   `json:"recall" doc:"The share of all pairs of one person, among those that searches found, that are these."`
}

// QualityRange counts pairs from a probability to that of the next range.
type QualityRange struct {
	Probability float64 `json:"probability"`
	Pairs       int     `json:"pairs"`
	Judged      int     `json:"judged"`
	Same        int     `json:"same" doc:"Judged to be one person."`
}

type duplicatesQualityOut struct {
	Ranges    []QualityRange    `json:"ranges"`
	Estimates []QualityEstimate `json:"estimates" doc:"The lowest probability first."`
	Threshold *QualityEstimate  `json:"threshold,omitempty" doc:"The lowest probability from which on the precision that was asked for is shown; absent when the decisions do not show it for any."`
}

func (d DirectoryDeps) duplicateQuality(ctx context.Context, c call, in *duplicatesQualityIn) (*duplicatesQualityOut, error) {
	q, err := d.Service.DuplicateQuality(ctx, c.Scope, cmp.Or(in.Precision, wantedPrecision))
	if err != nil {
		return nil, err
	}
	out := &duplicatesQualityOut{Ranges: []QualityRange{}, Estimates: []QualityEstimate{}}
	for at, s := range q.Strata {
		out.Ranges = append(out.Ranges, QualityRange{directory.Probability(s.From), s.Pairs, s.Judged, s.Same})
		out.Estimates = append(out.Estimates, estimate(q.Estimates[at]))
	}
	if q.Threshold != nil {
		t := estimate(*q.Threshold)
		out.Threshold = &t
	}
	return out, nil
}

func estimate(e directory.Estimate) QualityEstimate {
	return QualityEstimate{directory.Probability(e.Threshold), Share(e.Precision), Share(e.Recall)}
}

const (
	judgedPairs     = 50 // pairs that a member can be asked about
	wantedPrecision = 0.99
)

// DuplicateScan is a search for duplicates.
type DuplicateScan struct {
	State     string        `json:"state" enum:"cancelled,done,failed,running,waiting"`
	Phase     string        `json:"phase,omitempty" doc:"reading, comparing, filing or merging."`
	Rows      int           `json:"rows" doc:"Contacts read so far."`
	Pairs     int           `json:"pairs" doc:"Pairs that are more likely one person than not."`
	Filed     int           `json:"filed" doc:"Pairs filed so far, at most the 100,000 most likely."`
	Groups    int           `json:"groups" doc:"Persons with several contacts, as far as the scores tell."`
	Merged    int           `json:"merged" doc:"Pairs that were merged without asking, as the setting auto_merge_precision says."`
	Learnt    []LearntShift `json:"learnt" doc:"How members' decisions about pairs moved the weights."`
	Crowded   []CrowdedFact `json:"crowded" doc:"Addresses and numbers that touch too many people, such as a kiosk's or a shared mailbox's. They took no part."`
	Message   string        `json:"message,omitempty"`
	AskedDate wire.Time     `json:"asked_date"`
	EndedDate wire.Time     `json:"ended_date,omitzero"`
}

// LearntShift is how members' decisions moved one weight.
type LearntShift struct {
	Field  string  `json:"field,omitempty" doc:"Absent for the odds of two contacts taken at random."`
	Level  string  `json:"level" doc:"How far the values agree."`
	Before float64 `json:"before_bits"`
	After  float64 `json:"after_bits"`
}

// CrowdedFact is an address or number that touches many people.
type CrowdedFact struct {
	Field    string `json:"field"`
	Value    string `json:"value"`
	RevUsers int    `json:"rev_users" doc:"Contacts that have it."`
	People   int    `json:"people" doc:"At least so many different names."`
}

type scanOut struct {
	Scan DuplicateScan `json:"duplicate_scan"`
}

func scanBody(s *directory.Scan, err error) (*scanOut, error) {
	if err != nil {
		return nil, err
	}
	p, err := s.Read()
	if err != nil {
		return nil, err
	}
	out := DuplicateScan{
		State: s.State, Phase: p.Phase, Rows: p.Rows, Pairs: p.Pairs, Filed: p.Filed, Groups: p.Groups, Message: p.Message,
		Merged: p.Merged, Learnt: []LearntShift{}, AskedDate: wire.At(s.AskedAt), Crowded: []CrowdedFact{},
	}
	for _, l := range p.Learnt {
		out.Learnt = append(out.Learnt, LearntShift(l))
	}
	for _, a := range p.Alarms {
		out.Crowded = append(out.Crowded, CrowdedFact{a.Column, a.Value, a.Rows, a.People})
	}
	if s.EndedAt != nil {
		out.EndedDate = wire.At(*s.EndedAt)
	}
	return &scanOut{out}, nil
}

func (d DirectoryDeps) startScan(ctx context.Context, c call, _ *struct{}) (*scanOut, error) {
	return scanBody(d.Matcher.Start(ctx, c.Scope))
}

func (d DirectoryDeps) getScan(ctx context.Context, c call, _ *struct{}) (*scanOut, error) {
	return scanBody(d.Matcher.Scan(ctx, c.Scope))
}

func (d DirectoryDeps) cancelScan(ctx context.Context, c call, _ *struct{}) (*scanOut, error) {
	return scanBody(d.Matcher.Cancel(ctx, c.Scope))
}
