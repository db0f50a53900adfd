package directory

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// publicMail are domains under which unrelated people have addresses.
// So they tell nothing about a person's company.
var publicMail = map[string]struct{}{
	"126.com": {}, "163.com": {}, "aol.com": {}, "aol.de": {}, "att.net": {}, "bigpond.com": {}, "bluewin.ch": {}, "bol.com.br": {},
	"btinternet.com": {}, "charter.net": {}, "comcast.net": {}, "cox.net": {}, "daum.net": {}, "earthlink.net": {}, "email.com": {},
	"fastmail.com": {}, "fastmail.fm": {}, "foxmail.com": {}, "free.fr": {}, "freenet.de": {}, "gmail.com": {}, "gmx.at": {},
	"gmx.ch": {}, "gmx.com": {}, "gmx.de": {}, "gmx.net": {}, "googlemail.com": {}, "hanmail.net": {}, "hey.com": {},
	"hotmail.co.uk": {}, "hotmail.com": {}, "hotmail.de": {}, "hotmail.es": {}, "hotmail.fr": {}, "hotmail.it": {},
	"icloud.com": {}, "inbox.ru": {}, "laposte.net": {}, "libero.it": {}, "list.ru": {}, "live.co.uk": {}, "live.com": {},
	"live.de": {}, "live.fr": {}, "live.nl": {}, "mac.com": {}, "mail.com": {}, "mail.de": {}, "mail.ru": {}, "me.com": {},
	"msn.com": {}, "naver.com": {}, "ntlworld.com": {}, "o2.pl": {}, "optonline.net": {}, "orange.fr": {}, "outlook.com": {},
	"outlook.de": {}, "outlook.es": {}, "outlook.fr": {}, "pm.me": {}, "posteo.de": {}, "proton.me": {}, "protonmail.ch": {},
	"protonmail.com": {}, "qq.com": {}, "rambler.ru": {}, "rediffmail.com": {}, "rocketmail.com": {}, "sbcglobal.net": {},
	"seznam.cz": {}, "sfr.fr": {}, "shaw.ca": {}, "sina.com": {}, "sky.com": {}, "skynet.be": {}, "sohu.com": {}, "t-online.de": {},
	"talktalk.net": {}, "telenet.be": {}, "tiscali.it": {}, "tutanota.com": {}, "tuta.io": {}, "uol.com.br": {}, "verizon.net": {},
	"virgilio.it": {}, "virginmedia.com": {}, "wanadoo.fr": {}, "web.de": {}, "wp.pl": {}, "yahoo.ca": {}, "yahoo.co.in": {},
	"yahoo.co.jp": {}, "yahoo.co.uk": {}, "yahoo.com": {}, "yahoo.com.br": {}, "yahoo.de": {}, "yahoo.es": {}, "yahoo.fr": {},
	"yahoo.it": {}, "yandex.com": {}, "yandex.ru": {}, "ya.ru": {}, "ymail.com": {}, "zoho.com": {}, "zohomail.com": {},
}

// sharedSites host pages of unrelated companies, which are often given as a website.
var sharedSites = []string{
	"facebook.com", "github.com", "google.com", "instagram.com", "linkedin.com", "medium.com", "notion.so", "t.me", "tiktok.com",
	"twitter.com", "x.com", "xing.com", "youtube.com",
}

// companyDomain reports whether a domain can stand for one company.
func companyDomain(domain string) bool {
	if _, public := publicMail[domain]; public {
		return false
	}
	if suffix, _ := publicsuffix.PublicSuffix(domain); suffix == domain {
		return false // co.uk, github.io
	}
	return !slices.ContainsFunc(sharedSites, func(s string) bool { return domain == s || strings.HasSuffix(domain, "."+s) })
}

// setWebsites stores an account's websites and adds the domains of new ones to
// its domains.
func setWebsites(ctx context.Context, tx Tx, a *account.Account, given []string) error {
	sites, err := normalised("websites", given, contact.MaxWebsites, website)
	if err != nil {
		return err
	}
	before := a.Websites
	a.Websites = sites
	return fillDomains(ctx, tx, a, without(sites, before))
}

// fillDomains adds the domains of websites to those of an account, except those
// that stand for no company, that are another account's already, or for which
// there is no room.
func fillDomains(ctx context.Context, tx Tx, a *account.Account, sites []string) error {
	for _, site := range sites {
		domain, ok := contact.WebsiteDomain(site)
		if !ok || !companyDomain(domain) || slices.Contains(a.Domains, domain) || len(a.Domains) >= contact.MaxDomains {
			continue
		}
		if _, taken, err := identity.Find(ctx, tx, identity.KindDomain, domain); err != nil {
			return err
		} else if !taken {
			a.Domains = append(slices.Clone(a.Domains), domain)
		}
	}
	return nil
}

// website checks the address of a website and returns it without surrounding
// white space.
func website(s string) (string, error) {
	s, err := contact.Ref(s) // the same rules for text that stands on one line
	if err != nil {
		return "", err
	}
	if _, ok := contact.WebsiteDomain(s); !ok || strings.ContainsAny(s, " \t") {
		return "", errs.NotPermitted("", "%q is not the address of a website; write it as in https://www.example.com", s)
	}
	return s, nil
}
