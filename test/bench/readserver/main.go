// Readserver is a denominator of the benches: an HTTP server that does no more
// for a request than it must: it looks its bearer token up by hash, reads one
// contact by the key in the query and answers with it. It is frozen and shares no
// code with Kith.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os/signal"
	"strings"
	"syscall"

	"github.com/kith-id/kith/test/bench/bare"
)

const (
	tokens    = `CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, org_id BIGINT)`
	readToken = "SELECT org_id FROM tokens WHERE hash = $1"
	// The contact of a key, see the two loading programs.
	readContact = `SELECT contacts.id, display_name, email, phone FROM claims JOIN contacts ON contacts.id = contact_id
		WHERE key = $1`
)

// contact is an answer.
type contact struct {
	ID          int64  `json:"id"`
	DisplayName string `json:"display_name"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
}

// database reads; a row that does not exist is an error.
type database interface {
	org(ctx context.Context, hash string) (int64, error)
	contact(ctx context.Context, key string) (contact, error)
}

func main() {
	db := flag.String("db", "", "SQLite file that sqliteload made")
	dsn := flag.String("dsn", "", "or the URL of a database that pgload filled")
	token := flag.String("token", "", "the token that requests bear")
	listen := flag.String("listen", "127.0.0.1:0", "address")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var data database
	if *dsn != "" {
		data = openPostgres(ctx, *dsn, hashOf(*token))
	} else {
		data = openSQLite(*db, hashOf(*token))
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	bare.Must(err)
	server := &http.Server{Handler: handler(data)}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Println(listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		bare.Must(err)
	}
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func handler(data database) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if _, err := data.org(r.Context(), hashOf(token)); !ok || err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		found, err := data.contact(r.Context(), r.URL.Query().Get("key"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	})
}
