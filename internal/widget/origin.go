package widget

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/kith-id/kith/internal/errs"
)

// Anywhere as the only origin lets every page show the widget.
const Anywhere = "*"

const (
	maxOrigins     = 50
	maxOriginBytes = 300
)

// origins returns the origins of pages in the one form that a
// Content-Security-Policy takes, each once. Errors name the element.
func origins(given []string) ([]string, error) {
	if len(given) > maxOrigins {
		return nil, errs.NotPermitted("allowed_origins", "has %d elements; at most %d are allowed", len(given), maxOrigins)
	}
	out := make([]string, 0, len(given))
	for at, text := range given {
		o, reason := origin(strings.TrimSpace(text))
		if reason == "" && o == Anywhere && len(given) > 1 {
			reason = "lets every page in, so it stands alone; remove it or the others"
		}
		if reason != "" {
			return nil, errs.NotPermitted("allowed_origins["+strconv.Itoa(at)+"]", "%q %s", clip(text), reason)
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out, nil
}

const example = "give a scheme, a host and no path, such as https://www.example.com"

// origin returns an origin in its normal form, or why it is none.
func origin(text string) (normal, reason string) {
	if text == Anywhere {
		return text, ""
	}
	if len(text) > maxOriginBytes {
		return "", "is too long; " + example
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "is not an origin; " + example
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(text, "?#") {
		return "", "has more than scheme, host and port; " + example
	}
	host, reason := hostOf(u)
	if reason != "" {
		return "", reason
	}
	port, reason := portOf(u)
	return u.Scheme + "://" + host + port, reason
}

func hostOf(u *url.URL) (host, reason string) {
	host = strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		return "", "has an IPv6 address, which browsers do not compare here; use a name"
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if u.Scheme == "http" && !ip.IsLoopback() {
			return "", plain
		}
		return host, ""
	}
	bare, any := strings.CutPrefix(host, "*.")
	bare, err := idna.Lookup.ToASCII(bare)
	if err != nil || !hostname(bare) {
		return "", "has no valid host; " + example + ", or https://*.example.com for its subdomains"
	}
	local := bare == "localhost" || strings.HasSuffix(bare, ".localhost")
	if u.Scheme == "http" && !local {
		return "", plain
	}
	if !any {
		return bare, ""
	}
	if suffix, _ := publicsuffix.PublicSuffix(bare); suffix == bare {
		return "", "stands for domains of everybody; name a domain of your own, such as https://*.example.com"
	}
	return "*." + bare, ""
}

const plain = "is not encrypted, so others could change the page; use https (http is for localhost)"

// hostname reports whether a name has only what host names have, so that
// nothing in it means something to a Content-Security-Policy.
func hostname(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

func portOf(u *url.URL) (port, reason string) {
	if port = u.Port(); port == "" {
		if strings.HasSuffix(u.Host, ":") {
			return "", "has an empty port; remove the colon"
		}
		return "", ""
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", "has no valid port; give one of 1 to 65535, or none"
	}
	if u.Scheme == "https" && n == 443 || u.Scheme == "http" && n == 80 {
		return "", ""
	}
	return ":" + strconv.FormatUint(n, 10), ""
}

// clip shortens a value that a message repeats.
func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
