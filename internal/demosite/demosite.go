// Package demosite is a small shop with invented customers that shows the chat
// widget at work: two pages with the widget's snippet, and a backend that
// obtains a session token from Kith for whoever is signed in, as a real one would.
package demosite

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed site
var files embed.FS

// Customer is one of the people who can sign in to the shop, without a password:
// there is nothing of theirs in it.
type Customer struct {
	Ref     string // by which the shop knows them
	Name    string
	Email   string
	Account string // their company's reference
	Company string
	Orders  []Order
}

// Order is something that a customer bought.
type Order struct {
	Number, Item, State string
}

// Customers are Ada and Bo.
var Customers = []Customer{
	{"demo-ada", "Ada Lund", "ada@lund-bistro.example", "demo-lund", "Lund Bistro", []Order{
		{"L-1042", "Stoneware bowl, moss × 24", "On its way"}, {"L-0987", "Carafe, chalk × 6", "Delivered"},
	}},
	{"demo-bo", "Bo Feng", "bo@harbour-tea.example", "demo-harbour", "Harbour Tea House", []Order{
		{"L-1051", "Tea set, night × 3", "Being packed"},
	}},
}

// Product is one thing that the shop sells.
type Product struct {
	Name, Glaze, Price, Shape string
}

var products = []Product{
	{"Stoneware bowl", "moss", "24", "bowl"}, {"Carafe", "chalk", "38", "carafe"}, {"Tea set", "night", "72", "cup"},
	{"Dinner plate", "sand", "19", "plate"}, {"Espresso cup", "rust", "12", "cup"}, {"Vase", "moss", "45", "carafe"},
}

// Config is what the shop needs to know.
type Config struct {
	Kith  string // the origin of Kith, as browsers reach it
	AppID string // of the widget
	// Session obtains a session token for a customer from Kith.
	Session func(ctx context.Context, c Customer) (string, error)
	Log     *slog.Logger
}

const (
	cookieName  = "kith_demo_customer"
	sessionTime = 10 * time.Second // for Kith to answer
	maxForm     = 1 << 10
)

type site struct {
	Config
	page *template.Template
}

// New returns the shop.
func New(c Config) (http.Handler, error) {
	u, err := url.Parse(c.Kith)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("demosite: %q is no address of a Kith", c.Kith)
	}
	page, err := template.ParseFS(files, "site/page.html")
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(files, "site/static")
	if err != nil {
		return nil, err
	}
	s := &site{c, page}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show("shop"))
	mux.HandleFunc("GET /orders", s.show("orders"))
	mux.HandleFunc("GET /session", s.session)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	// The browser says whether a form of another site was sent: nobody is
	// signed in or out from elsewhere.
	return s.fence(http.NewCrossOriginProtection().Handler(mux)), nil
}

// fence lets the pages have what the shop serves, and of Kith the widget.
func (s *site) fence(next http.Handler) http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'", "script-src 'self' " + s.Kith, "frame-src " + s.Kith, "style-src 'self'", "img-src 'self'", "connect-src 'self'",
		"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// customer returns who is signed in, nil for nobody.
func customer(r *http.Request) *Customer {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	return byRef(cookie.Value)
}

func byRef(ref string) *Customer {
	for i := range Customers {
		if Customers[i].Ref == ref {
			return &Customers[i]
		}
	}
	return nil
}

func (s *site) show(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		err := s.page.ExecuteTemplate(&body, "page.html", map[string]any{
			"Page": name, "Kith": s.Kith, "AppID": s.AppID, "Who": customer(r), "Customers": Customers, "Products": products,
		})
		if err != nil {
			s.Log.Error("the page cannot be made", "error", err)
			http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
		_, _ = body.WriteTo(w) // the client has gone; nobody is left to tell
	}
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	c := byRef(r.PostFormValue("customer"))
	if c == nil {
		http.Error(w, "Sign in as Ada or Bo.", http.StatusBadRequest)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: c.Ref, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// session gives the page a session token for the customer who is signed in, and
// an empty answer when nobody is.
func (s *site) session(w http.ResponseWriter, r *http.Request) {
	out := map[string]string{}
	if c := customer(r); c != nil {
		ctx, cancel := context.WithTimeout(r.Context(), sessionTime)
		defer cancel()
		token, err := s.Session(ctx, *c)
		if err != nil {
			s.Log.Warn("Kith gives no session token", "customer", c.Name, "error", err)
			http.Error(w, "Kith gives no session token now.", http.StatusBadGateway)
			return
		}
		out["session_token"] = token
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the client has gone; nobody is left to tell
}
