package httpapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const (
	sessionCookie = "kith_session"
	csrfHeader    = "X-Kith-Csrf"
	// OrgHeader names the org when the operator of the machine calls, who
	// belongs to none: a slug, display id or DON.
	OrgHeader = "X-Kith-Org"
)

// Gate stands in front of every operation: it establishes the caller and asks
// whether the caller may.
type Gate struct {
	service *auth.Service
	proxies []netip.Prefix
	secure  bool // browsers reach the server by TLS
	origins *http.CrossOriginProtection
	public  string // the origin of the public URL, "" when there is none
	exposed bool   // others than this machine can reach the server
}

// NewGate returns a gate for the server's settings.
func NewGate(service *auth.Service, c config.Config) *Gate {
	g := &Gate{
		service: service, proxies: c.TrustedProxies, secure: strings.HasPrefix(c.PublicURL, "https://"),
		origins: http.NewCrossOriginProtection(), exposed: !c.Loopback() || len(c.TrustedProxies) > 0,
	}
	if u, err := url.Parse(c.PublicURL); err == nil && c.PublicURL != "" {
		g.exposed = g.exposed || !config.LoopbackHost(u.Hostname())
		// The URL was checked when it was read, so it is a valid origin.
		_ = g.origins.AddTrustedOrigin(c.PublicURL)
		g.public = u.Scheme + "://" + u.Host
	}
	return g
}

// client is what the gate learns of the other end of a connection.
type client struct {
	address string // of the client, behind trusted proxies
	secure  bool   // it came by TLS
}

type (
	clientKey   struct{}
	operatorKey struct{}
)

// AsOperator marks the connections of a context as those of the operator of the
// machine, who may do everything. Only a socket that the operating system
// guards may be marked so.
func AsOperator(ctx context.Context) context.Context {
	return context.WithValue(ctx, operatorKey{}, true)
}

// IsOperator reports whether the context was marked by AsOperator.
func IsOperator(ctx context.Context) bool {
	marked, _ := ctx.Value(operatorKey{}).(bool)
	return marked
}

// Authenticate is the API's hook. Public operations get no caller; browsers
// must not call them across sites all the same, for that would sign somebody in
// as somebody else.
func (g *Gate) Authenticate(r *http.Request, op Op) (context.Context, error) {
	ctx := context.WithValue(r.Context(), clientKey{}, g.clientOf(r))
	if op.Auth == Public {
		if op.Framed {
			return ctx, g.sameOrigin(r)
		}
		return ctx, g.sameSite(r)
	}
	a, err := g.caller(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := auth.Allow(a, op.Path, don.ID{}); err != nil {
		return nil, err
	}
	most, err := g.service.Pace(a, op.Path, clientFrom(ctx).address)
	if err != nil {
		return nil, err
	}
	if most > 0 && r.Body != nil {
		r.Body = http.MaxBytesReader(nil, r.Body, most)
	}
	return auth.Into(ctx, a), nil
}

func (g *Gate) caller(ctx context.Context, r *http.Request) (auth.Actor, error) {
	if IsOperator(ctx) {
		return g.service.Operator(ctx, r.Header.Get(OrgHeader))
	}
	if token := BearerToken(r.Header); token != "" {
		return g.service.Bearer(ctx, token)
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil && cookie.Value != "" {
		if err := g.checkForgery(r); err != nil {
			return auth.Actor{}, err
		}
		return g.service.Browser(ctx, cookie.Value)
	}
	return auth.Actor{}, nil // Allow says what is missing
}

// checkForgery refuses requests that another site made a browser send along
// with its cookie.
func (g *Gate) checkForgery(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if r.Header.Get(csrfHeader) != "1" {
		return errs.Denied("requests with a session cookie need the header %s: 1", csrfHeader)
	}
	return g.sameSite(r)
}

func (g *Gate) sameSite(r *http.Request) error {
	if err := g.origins.Check(r); err != nil {
		return errs.Denied("the request came from another site; set public_url if Kith is reached under a name that its proxy does not pass on").Because(err)
	}
	return nil
}

// sameOrigin refuses what a browser sends for any page but Kith's own, also one
// below the same domain. Programs send neither header.
func (g *Gate) sameOrigin(r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errs.Denied("pages of other sites may not call this; it is for the widget's own frame")
	}
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	if origin == "" || err == nil && (strings.EqualFold(u.Host, r.Host) && u.Scheme != "" || strings.EqualFold(origin, g.public)) {
		return nil
	}
	return errs.Denied("the page %q may not call this; it is for the widget's own frame. If that is Kith's own address, set public_url to it", clipOrigin(origin))
}

func clipOrigin(origin string) string {
	if len(origin) > 100 {
		return strings.ToValidUTF8(origin[:100], "") + "…"
	}
	return origin
}

func (g *Gate) clientOf(r *http.Request) client {
	c := client{address: hostOf(r.RemoteAddr), secure: g.secure || r.TLS != nil}
	if !g.trusted(c.address) {
		return c
	}
	c.secure = c.secure || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	// The last address that no proxy of ours has added is the client's: what
	// stands before it the client may have made up.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop = strings.TrimSpace(hop)
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		c.address = hop
		if !g.trusted(hop) {
			break
		}
	}
	return c
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

func (g *Gate) trusted(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	ip = ip.Unmap().WithZone("")
	return slices.ContainsFunc(g.proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// codeRequired reports whether whoever sets up this server must prove to have
// seen its log. Only this machine's own browser, under a name that means this
// machine, is spared; a name that merely resolves to it may be another site's.
func (g *Gate) codeRequired(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	return g.exposed || forwarded || !config.LoopbackHost(host)
}

func clientFrom(ctx context.Context) client {
	c, _ := ctx.Value(clientKey{}).(client)
	return c
}
