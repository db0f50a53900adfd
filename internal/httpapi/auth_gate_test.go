package httpapi

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/kith-id/kith/internal/config"
)

func gate(t *testing.T, listen, public string, proxies ...string) *Gate {
	t.Helper()
	c := config.Config{Listen: listen, PublicURL: public}
	for _, p := range proxies {
		c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(p))
	}
	return NewGate(nil, c)
}

func TestClientBehindProxies(t *testing.T) {
	for _, c := range []struct {
		name, remote, forwarded, proto string
		proxies                        []string
		want                           client
	}{
		{"direct", "192.0.2.1:5", "", "", nil, client{"192.0.2.1", false}},
		{"made up by the client", "192.0.2.1:5", "10.0.0.9", "https", nil, client{"192.0.2.1", false}},
		{"one proxy", "10.0.0.1:5", "192.0.2.1", "https", []string{"10.0.0.0/8"}, client{"192.0.2.1", true}},
		{"two proxies", "10.0.0.1:5", "192.0.2.1, 10.0.0.2", "http", []string{"10.0.0.0/8"}, client{"192.0.2.1", false}},
		{"made up before the proxy", "10.0.0.1:5", "127.0.0.1, 192.0.2.1", "", []string{"10.0.0.0/8"}, client{"192.0.2.1", false}},
		{"only proxies", "10.0.0.1:5", "10.0.0.3, 10.0.0.2", "", []string{"10.0.0.0/8"}, client{"10.0.0.3", false}},
		{"garbage", "10.0.0.1:5", "192.0.2.1, what", "", []string{"10.0.0.0/8"}, client{"10.0.0.1", false}},
		{"IPv6", "[::1]:5", "2001:db8::1", "HTTPS", []string{"::1/128"}, client{"2001:db8::1", true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/x.y", nil)
			r.RemoteAddr = c.remote
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			r.Header.Set("X-Forwarded-Proto", c.proto)
			if got := gate(t, "127.0.0.1:1", "", c.proxies...).clientOf(r); got != c.want {
				t.Errorf("client is %+v, want %+v", got, c.want)
			}
		})
	}
	r := httptest.NewRequest("POST", "/x.y", nil)
	if !gate(t, "127.0.0.1:1", "https://kith.example.com").clientOf(r).secure {
		t.Error("a public URL with TLS gives cookies that are not Secure")
	}
}

func TestWhoMustProveToHaveSeenTheLog(t *testing.T) {
	for _, c := range []struct {
		name, listen, public, host, forwarded string
		proxies                               []string
		want                                  bool
	}{
		{"this machine", "127.0.0.1:1", "", "127.0.0.1:1", "", nil, false},
		{"by name", "127.0.0.1:1", "", "localhost:1", "", nil, false},
		{"IPv6", "[::1]:1", "", "[::1]:1", "", nil, false},
		{"a name that was made to resolve here", "127.0.0.1:1", "", "evil.example:1", "", nil, true},
		{"through a proxy that tells", "127.0.0.1:1", "", "localhost", "192.0.2.1", nil, true},
		{"with a trusted proxy", "127.0.0.1:1", "", "localhost", "", []string{"127.0.0.1/32"}, true},
		{"with a public URL", "127.0.0.1:1", "https://kith.example.com", "localhost", "", nil, true},
		{"with a local URL", "127.0.0.1:1", "http://localhost:1", "localhost:1", "", nil, false},
		{"on all addresses", ":1", "", "localhost:1", "", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/setup.create", nil)
			r.Host = c.host
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			if got := gate(t, c.listen, c.public, c.proxies...).codeRequired(r); got != c.want {
				t.Errorf("code required: %v, want %v", got, c.want)
			}
		})
	}
}

func TestSameSite(t *testing.T) {
	for _, c := range []struct {
		name, public, host, origin, site string
		ok                               bool
	}{
		{"a program", "", "kith.local", "", "", true},
		{"the app", "", "kith.local", "https://kith.local", "same-origin", true},
		{"an old browser", "", "kith.local", "https://kith.local", "", true},
		{"typed by hand", "", "kith.local", "", "none", true},
		{"another site", "", "kith.local", "https://evil.example", "cross-site", false},
		{"a sister site", "", "kith.local", "https://x.kith.local", "same-site", false},
		{"another site, old browser", "", "kith.local", "https://evil.example", "", false},
		{"a proxy that hides the name", "https://kith.example.com", "127.0.0.1:8080", "https://kith.example.com", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/sessions.create", nil)
			r.Host = c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			if c.site != "" {
				r.Header.Set("Sec-Fetch-Site", c.site)
			}
			if err := gate(t, "127.0.0.1:1", c.public).sameSite(r); (err == nil) != c.ok {
				t.Errorf("error %v, want ok %v", err, c.ok)
			}
		})
	}
}
