// Package desk is what a team does for its customers: conversations, tickets and
// opportunities, the products that they are about, and what is written on the
// timeline of any record. It validates input and runs the transactions.
//
// Every operation checks all it can before its first write, and writes inside
// one transaction, so a refused call leaves nothing behind.
package desk

import (
	"context"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/org"
)

// DB runs transactions. Bodies of Write may run again.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
}

// Tx is what the desk needs of a transaction.
type Tx interface {
	directory.Tx
	timelineTx
	conversationTx
	partTx
	workTx
	artifactTx
	linkTx
	noticeTx
	unreadTx
	cannedTx
	assignmentTx
}

// Service runs the operations. It is safe for concurrent use.
type Service struct{ db DB }

// New returns a service over db.
func New(db DB) *Service { return &Service{db: db} }
