// Package config gathers the server's settings from, in rising order of
// precedence, defaults, a TOML file, the environment (KITH_LISTEN, …) and the
// command line.
package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/kith-id/kith/internal/errs"
)

// Config is every setting. Load returns it complete and checked.
type Config struct {
	Listen         string         // host:port of the HTTP server
	Data           string         // the data folder
	DatabaseURL    string         // of PostgreSQL; "" means SQLite in the data folder
	PublicURL      string         // where browsers and clients reach Kith; "" means the listen address
	Partition      string         // the second part of every DON
	SecretKey      string         // base64; "" means the file secret.key in the data folder
	SetupCode      string         // asked for at first run; "" means a random one
	Lenient        bool           // ignore unknown request fields
	LogLevel       slog.Level     // debug, info, warn or error
	LogFormat      string         // text or json
	TrustedProxies []netip.Prefix // whose X-Forwarded-* headers count
	FileMaxMiB     int            // how large an uploaded file may be
	FileDailyMiB   int            // how much all contacts of an organisation may send in files a day; 0: no limit
	FileTypes      []string       // accepted media types, such as image/*; none: all
	S3             S3             // where the contents of files are; in the data folder without an endpoint
}

// S3 is a storage for the contents of files.
type S3 struct {
	Endpoint  string // URL
	Bucket    string
	Region    string
	AccessKey string
	SecretKey string
	Prefix    string // of every object's name
	PathStyle bool   // the bucket stands in the path, not in the host name
}

// FileName is the settings file that is looked for in the data folder.
const FileName = "kith.toml"

// Defaults returns the settings of a server that was told nothing.
func Defaults() Config {
	return Config{Listen: "127.0.0.1:8080", Data: "./data", Partition: "kith", LogFormat: "text", FileMaxMiB: 25, FileDailyMiB: 10 << 10}
}

// Source is where settings come from besides the defaults.
type Source struct {
	File  string              // a settings file that must exist; "" means the data folder's, if there
	Env   func(string) string // os.Getenv
	Flags map[string]string   // by setting name; only those that were given
}

// setting is one setting: how it is spelt in the file and how its text is read.
// The environment variable is KITH_ and the name in capitals.
type setting struct {
	name string
	set  func(c *Config, value string) error
}

var settings = []setting{
	{"listen", func(c *Config, v string) error { return text(&c.Listen, v, checkListen) }},
	{"data", func(c *Config, v string) error { return text(&c.Data, v, nil) }},
	{"database_url", func(c *Config, v string) error { return text(&c.DatabaseURL, v, checkDatabaseURL) }},
	{"public_url", func(c *Config, v string) error { return text(&c.PublicURL, strings.TrimRight(v, "/"), checkPublicURL) }},
	{"partition", func(c *Config, v string) error { return text(&c.Partition, v, checkPartition) }},
	{"secret_key", func(c *Config, v string) error { return text(&c.SecretKey, v, nil) }},
	{"setup_code", func(c *Config, v string) error { return text(&c.SetupCode, v, checkSetupCode) }},
	{"lenient", func(c *Config, v string) error { return boolean(&c.Lenient, v) }},
	{"log_level", func(c *Config, v string) error { return level(&c.LogLevel, v) }},
	{"log_format", func(c *Config, v string) error { return text(&c.LogFormat, v, oneOf("text", "json")) }},
	{"trusted_proxies", func(c *Config, v string) error { return prefixes(&c.TrustedProxies, v) }},
	{"file_daily_mib", func(c *Config, v string) error { return number(&c.FileDailyMiB, v, 0, maxDailyMiB) }},
	{"file_max_mib", func(c *Config, v string) error { return number(&c.FileMaxMiB, v, 1, maxFileMiB) }},
	{"file_types", func(c *Config, v string) error { return mediaTypes(&c.FileTypes, v) }},
	{"s3_endpoint", func(c *Config, v string) error { return text(&c.S3.Endpoint, strings.TrimRight(v, "/"), checkEndpoint) }},
	{"s3_bucket", func(c *Config, v string) error { return text(&c.S3.Bucket, v, checkBucket) }},
	{"s3_region", func(c *Config, v string) error { return text(&c.S3.Region, v, nil) }},
	{"s3_access_key", func(c *Config, v string) error { return text(&c.S3.AccessKey, v, nil) }},
	{"s3_secret_key", func(c *Config, v string) error { return text(&c.S3.SecretKey, v, nil) }},
	{"s3_prefix", func(c *Config, v string) error { return text(&c.S3.Prefix, v, checkPrefix) }},
	{"s3_path_style", func(c *Config, v string) error { return boolean(&c.S3.PathStyle, v) }},
}

// maxFileMiB keeps uploads below what a storage takes in one request (5 GiB).
const maxFileMiB = 4096

// maxDailyMiB is a tebibyte times thousand: more is a mistake.
const maxDailyMiB = 1 << 30

// Load returns the settings. Errors are of kind invalid and name the setting,
// where it came from and what it may be.
func Load(s Source) (Config, error) {
	c := Defaults()
	// The data folder comes first: the file may lie in it.
	if err := apply(&c, s, func(name string) bool { return name == "data" }); err != nil {
		return c, err
	}
	if err := readFile(&c, s.File); err != nil {
		return c, err
	}
	if err := apply(&c, s, func(string) bool { return true }); err != nil {
		return c, err
	}
	return c, c.S3.check()
}

// check reports a storage that is not told whole.
func (s S3) check() error {
	if s.Endpoint == "" && s.Bucket == "" {
		return nil
	}
	for _, part := range []struct{ name, value string }{
		{"s3_endpoint", s.Endpoint}, {"s3_bucket", s.Bucket}, {"s3_access_key", s.AccessKey}, {"s3_secret_key", s.SecretKey},
	} {
		if part.value == "" {
			return blame(part.name, errs.BadRequest("is missing beside the other settings of the S3 storage; set %s as well", EnvName(part.name)))
		}
	}
	return nil
}

func apply(c *Config, s Source, wanted func(name string) bool) error {
	for _, set := range settings {
		if !wanted(set.name) {
			continue
		}
		env := EnvName(set.name)
		if v := s.Env(env); v != "" {
			if err := set.set(c, v); err != nil {
				return blame(env, err)
			}
		}
		if v, ok := s.Flags[set.name]; ok {
			if err := set.set(c, v); err != nil {
				return blame("--"+strings.ReplaceAll(set.name, "_", "-"), err)
			}
		}
	}
	return nil
}

// EnvName returns the environment variable of a setting.
func EnvName(name string) string { return "KITH_" + strings.ToUpper(name) }

func blame(where string, err error) error {
	e := errs.BadRequest("%v", err)
	e.Field = where
	return e
}

func readFile(c *Config, path string) error {
	given := path != ""
	if !given {
		path = filepath.Join(c.Data, FileName)
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !given {
		return nil
	}
	if err != nil {
		return errs.BadRequest("the settings file cannot be read: %v", err)
	}
	values := map[string]any{}
	if err := toml.Unmarshal(raw, &values); err != nil {
		return errs.BadRequest("%s is not TOML: %v", path, err)
	}
	return fromFile(c, path, values)
}

func fromFile(c *Config, path string, values map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
		if i < 0 {
			return errs.BadRequest("%s: %q is not a setting; the settings are %s", path, name, strings.Join(Names(), ", "))
		}
		v, ok := plain(values[name])
		if !ok {
			return errs.BadRequest("%s: %s must be a text, a number, a truth value or a list of texts", path, name)
		}
		if err := settings[i].set(c, v); err != nil {
			return blame(path+": "+name, err)
		}
	}
	return nil
}

// Names returns the names of the settings as the file spells them.
func Names() []string {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.name
	}
	return names
}

// plain returns a value of the file as the environment would spell it.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			s, ok := e.(string)
			if !ok {
				return "", false
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), true
	default:
		return "", false
	}
}

func text(dst *string, v string, check func(string) error) error {
	if check != nil && v != "" {
		if err := check(v); err != nil {
			return err
		}
	}
	*dst = v
	return nil
}

func number(dst *int, v string, least, most int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return errs.BadRequest("%q is not a number from %d to %d", v, least, most)
	}
	*dst = n
	return nil
}

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]*/([a-z0-9][a-z0-9.+-]*|\*)$`)

func mediaTypes(dst *[]string, v string) error {
	var list []string
	for _, part := range strings.FieldsFunc(strings.ToLower(v), func(r rune) bool { return r == ',' || r == ' ' }) {
		if !mediaType.MatchString(part) {
			return errs.BadRequest("%q is not a media type; give a list such as image/*,application/pdf", part)
		}
		list = append(list, part)
	}
	*dst = list
	return nil
}

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func checkBucket(v string) error {
	if !bucketForm.MatchString(v) {
		return errs.BadRequest("%q is not the name of a bucket; give 3 to 63 small letters, digits, dots and dashes", v)
	}
	return nil
}

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/$`)

func checkPrefix(v string) error {
	if !prefixForm.MatchString(v) {
		return errs.BadRequest("%q is not a prefix; give letters, digits, dots and dashes that end in a slash, such as kith/", v)
	}
	return nil
}

func boolean(dst *bool, v string) error {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return errs.BadRequest("%q is neither true nor false", v)
	}
	*dst = b
	return nil
}

func level(dst *slog.Level, v string) error {
	if err := dst.UnmarshalText([]byte(v)); err != nil {
		return errs.BadRequest("%q is not a log level; give debug, info, warn or error", v)
	}
	return nil
}

func prefixes(dst *[]netip.Prefix, v string) error {
	var list []netip.Prefix
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := prefix(part)
		if err != nil {
			return errs.BadRequest("%q is neither an address nor a network such as 10.0.0.0/8", part)
		}
		list = append(list, p)
	}
	*dst = list
	return nil
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func oneOf(allowed ...string) func(string) error {
	return func(v string) error {
		if !slices.Contains(allowed, v) {
			return errs.BadRequest("%q is not one of %s", v, strings.Join(allowed, ", "))
		}
		return nil
	}
}

func checkListen(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errs.BadRequest("%q is not an address to listen on; give host:port, such as 127.0.0.1:8080 or :8080", v)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errs.BadRequest("%q is not a port; give a number up to 65535", port)
	} else if n == 0 && port != "0" {
		return errs.BadRequest("%q is not a port", port)
	}
	return nil
}

func checkDatabaseURL(v string) error {
	// Never quote the value: it holds a password.
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errs.BadRequest("is not a database URL; give postgres://user:password@host:5432/database")
	}
	return nil
}

func checkPublicURL(v string) error { return checkOrigin(v, "https://kith.example.com") }

func checkEndpoint(v string) error { return checkOrigin(v, "https://s3.eu-central-1.amazonaws.com") }

func checkOrigin(v, example string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errs.BadRequest("%q is not an origin; give a URL without a path, such as %s", v, example)
	}
	return nil
}

var partitionForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func checkPartition(v string) error {
	if !partitionForm.MatchString(v) {
		return errs.BadRequest("%q is not a partition; give up to 32 lower-case letters, digits and dashes", v)
	}
	return nil
}

func checkSetupCode(v string) error {
	if len(v) < 8 || len(v) > 256 {
		return errs.BadRequest("has %d characters; give 8 to 256", len(v))
	}
	return nil
}

// Loopback reports whether only this machine can reach the listen address.
func (c Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	return err == nil && LoopbackHost(host)
}

// LoopbackHost reports whether a host name or address means this machine.
func LoopbackHost(host string) bool {
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// BaseURL returns where Kith is reached when it listens on address: the public
// URL if one is set.
func (c Config) BaseURL(address string) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Issuer returns the iss of tokens, ending in a slash. Clients that look for
// the API at the issuer with auth-token replaced by api find it, whether the
// public host starts with api. or not.
func (c Config) Issuer() string {
	base := c.BaseURL(c.Listen)
	if scheme, host, ok := strings.Cut(base, "://"); ok {
		if rest, isAPI := strings.CutPrefix(host, "api."); isAPI {
			return scheme + "://auth-token." + rest + "/"
		}
	}
	return base + "/"
}

// SecretFile returns the path of the secret key in the data folder.
func (c Config) SecretFile() string { return filepath.Join(c.Data, "secret.key") }

// SocketFile returns the path of the socket on which the commands reach a
// running server.
func (c Config) SocketFile() string { return filepath.Join(c.Data, "kith.sock") }

// FilesDir returns the folder of uploaded files, when they are in the data folder.
func (c Config) FilesDir() string { return filepath.Join(c.Data, "files") }

// SpoolDir returns the folder of uploads under way. It lies beside FilesDir, on the
// same file system.
func (c Config) SpoolDir() string { return filepath.Join(c.Data, "files.part") }

// LockFile returns the path of the lock that whoever uses the data folder holds.
func (c Config) LockFile() string { return filepath.Join(c.Data, "kith.lock") }
