// Package cli is the command line: parsing, talking to Kith, printing results
// and choosing the exit code. What the commands do is done elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/errs"
)

// version is set by the linker.
var version = "dev"

// root is the command line. A new command is one more line here and a struct
// with a Run(*environment) error.
type root struct {
	globals

	Serve      serveCmd      `cmd:"" help:"Run the server."`
	Admin      adminCmd      `cmd:"" help:"Create an organisation and its first admin."`
	Token      tokenCmd      `cmd:"" help:"Create personal and application tokens."`
	Keys       keysCmd       `cmd:"" help:"List and replace the keys that sign tokens."`
	Member     memberCmd     `cmd:"" help:"Look after an organisation's members."`
	Import     importCmd     `cmd:"" help:"Import contacts or accounts from CSV."`
	Imports    importsCmd    `cmd:"" help:"List, show, cancel and undo imports."`
	Merges     mergesCmd     `cmd:"" help:"List merges of contacts and accounts, and undo them."`
	Duplicates duplicatesCmd `cmd:"" help:"List contacts that may be one person, decide about them, search for more."`
	Identity   identityCmd   `cmd:"" help:"See how people are told apart: try an observation or a token, explain a contact."`
	Search     searchCmd     `cmd:"" help:"Find contacts, accounts, workspaces and tags."`
	Export     exportCmd     `cmd:"" help:"Write contacts or accounts as CSV."`
	Match      matchCmd      `cmd:"" help:"Find duplicates in CSV files."`
	SampleCSV  sampleCSVCmd  `cmd:"" name:"sample-csv" help:"Print a sample of the file that an import reads."`
	DemoSite   demoSiteCmd   `cmd:"" name:"demo-site" help:"Serve a sample shop with the chat widget."`
	Settings   settingsCmd   `cmd:"" help:"Show and change an organisation's settings."`
	Bench      benchCmd      `cmd:"" help:"Make data to measure Kith with."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database up to this version. The server does it by itself when it starts."`
	Doctor     doctorCmd     `cmd:"" help:"Check the data folder, the database and the machine."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// globals are the flags of every command.
type globals struct {
	Data        string `help:"The data folder (KITH_DATA; ./data)." placeholder:"DIR"`
	DatabaseURL string `name:"database-url" help:"PostgreSQL instead of SQLite (KITH_DATABASE_URL)." placeholder:"URL"`
	Config      string `help:"The settings file (kith.toml in the data folder)." placeholder:"FILE"`
	Org         string `help:"Which organisation, when there are several: its short name or id." placeholder:"ORG"`
}

// flags returns the settings that were given.
func (g globals) flags() map[string]string {
	return given(map[string]string{"data": g.Data, "database_url": g.DatabaseURL})
}

func given(flags map[string]string) map[string]string {
	for name, v := range flags {
		if v == "" {
			delete(flags, name)
		}
	}
	return flags
}

// IO is the world around a command.
type IO struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Getenv func(string) string
}

// System returns the process's own standard streams and environment.
func System() IO { return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv} }

// environment is what a command runs in.
type environment struct {
	IO
	ctx     context.Context
	globals globals
}

// load returns the settings, with a command's own flags beside the global ones.
func (e *environment) load(own map[string]string) (config.Config, error) {
	flags := e.globals.flags()
	for name, v := range own {
		flags[name] = v
	}
	return config.Load(config.Source{File: e.globals.Config, Env: e.Getenv, Flags: flags})
}

// logger returns a log on standard error.
func (e *environment) logger(c config.Config, level slog.Level) *slog.Logger {
	opt := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.Err, opt))
	}
	return slog.New(slog.NewTextHandler(e.Err, opt))
}

// Main runs one command and returns the exit code. The first interrupt or
// SIGTERM ends the command's context, the second the process.
func Main(args []string, world IO) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, args, world)
}

// exited carries the exit code out of kong, which wants to end the process.
type exited int

func run(ctx context.Context, args []string, world IO) (code int) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(exited)
			if !ok {
				panic(p)
			}
			code = int(e)
		}
	}()
	var cmd root
	parser, err := kong.New(&cmd, kong.Name("kith"), kong.Description(description), kong.Writers(world.Out, world.Err),
		kong.Exit(func(code int) { panic(exited(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.UsageOnError())
	if err != nil {
		return report(world, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(world.Err, "kith: %v\nTry: kith --help\n", err)
		return exitUsage
	}
	// Commands print without looking at the outcome; whether it reached its
	// reader is known here, at the end.
	out := &stickyWriter{w: world.Out}
	world.Out = out
	err = parsed.Run(&environment{IO: world, ctx: ctx, globals: cmd.globals})
	return report(world, errors.Join(err, out.err))
}

// stickyWriter remembers the first write that failed and makes no other.
type stickyWriter struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (s *stickyWriter) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	if err != nil {
		s.err = fmt.Errorf("the result could not be printed: %w", err)
	}
	return n, s.err
}

const description = `Kith keeps who your customers are: contacts, accounts and workspaces.

Commands work on the data folder: through the server when one runs there, by themselves otherwise.

Exit codes: 0 done; 1 done, but some of the data was refused or a check failed; 2 wrong usage or input; 3 not found;
4 conflict with what is there; 5 not signed in, or not allowed; 6 not available now, try again; 7 too large; 70 a fault
inside Kith; 130 interrupted.`

// The exit codes beside those of errs' kinds.
const (
	exitPartial     = 1
	exitUsage       = 2
	exitInternal    = 70
	exitInterrupted = 130
)

var exitCodes = map[errs.Kind]int{
	errs.Invalid:         exitUsage,
	errs.NotFound:        3,
	errs.Conflict:        4,
	errs.Unauthenticated: 5,
	errs.Forbidden:       5,
	errs.TooMany:         6,
	errs.Unavailable:     6,
	errs.TooLarge:        7,
	errs.Internal:        exitInternal,
}

// errPartial ends a command that has already said what it could not do.
var errPartial = errors.New("some of it could not be done")

// report prints an error and returns its exit code.
func report(world IO, err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(world.Err, "kith: interrupted")
		return exitInterrupted
	}
	for i, line := range strings.Split(message(err), "\n") {
		if i == 0 {
			line = "kith: " + line
		}
		fmt.Fprintln(world.Err, printable(line)) // it may quote what a stranger's file says
	}
	if code, ok := exitCodes[errs.KindOf(err)]; ok {
		return code
	}
	return exitInternal
}

// message returns the safe message of one of Kith's errors, else all there is:
// whoever runs a command may see it.
func message(err error) string {
	if e := errs.As(err); e != nil {
		return e.Error()
	}
	return err.Error()
}
