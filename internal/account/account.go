// Package account holds customer companies and the workspaces below them.
package account

import (
	"time"

	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Account is a customer company.
type Account struct {
	N           int64
	DisplayName string
	Description string
	Refs        []string // external references, the main one first
	Domains     []string // normalised
	Websites    []string
	Tier        string
	ParentN     int64 // the account above, 0 for none
	WorkspaceN  int64 // the default workspace
	Owners      []int64
	Tags        []tag.Use
	Subtype     string        `json:",omitempty"`
	Custom      schema.Values `json:",omitempty"` // replaced, never changed in place
	Survivor    int64         `json:"-"`          // the account that this one was merged into, 0 for none; set by reads of one account
	ImportN     int64
	Version     int64
	CreatedAt   time.Time
	CreatedBy   string
	ModifiedAt  time.Time
	ModifiedBy  string
}

// Workspace is a grouping below one account: a product instance, a Slack
// workspace, a site.
type Workspace struct {
	N           int64
	AccountN    int64
	DisplayName string
	Description string
	Ref         string   // external reference, "" when nobody gave one
	OtherRefs   []string `json:",omitempty"` // references of workspaces that were merged into this one
	Domain      string
	Environment string // production, staging or test
	Tier        string
	Default     bool  // made with its account
	Survivor    int64 `json:"-"` // the workspace that this one was merged into, 0 for none; set by reads of one workspace
	Owners      []int64
	Tags        []tag.Use
	Subtype     string        `json:",omitempty"`
	Custom      schema.Values `json:",omitempty"` // replaced, never changed in place
	ImportN     int64
	Version     int64
	CreatedAt   time.Time
	CreatedBy   string
	ModifiedAt  time.Time
	ModifiedBy  string
}
