package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/server"
)

type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Create an organisation with its first admin and print a personal access token, once."`
}

// adminCreateCmd has its own --org: the organisation does not exist yet.
type adminCreateCmd struct {
	Email         string `required:"" help:"The admin's e-mail address." placeholder:"E"`
	Name          string `help:"The admin's name; made from the e-mail address when absent." placeholder:"N"`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from the first line of standard input."`
	JSON          bool   `name:"json" help:"Print one JSON object."`
}

// Help tells what happens on a second run.
func (adminCreateCmd) Help() string {
	return `--org is the new organisation's name. An organisation of that name that exists already is a conflict and nothing is
changed: add people to it with "kith member add". Without --password-stdin the password is asked for on a terminal;
left empty, or without a terminal, a link is printed by which the admin sets it.`
}

// Run creates the org.
func (c adminCreateCmd) Run(e *environment) error {
	if e.globals.Org == "" {
		return errs.Missing("--org")
	}
	password, err := e.password(c.PasswordStdin, c.JSON)
	if err != nil {
		return err
	}
	kith, err := e.connect(false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	kith.org = "" // it names no existing org
	var out server.AdminView
	if err = kith.call(e.ctx, "admins.create", server.NewAdmin{Org: e.globals.Org, Email: c.Email, Name: c.Name, Password: password}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	fmt.Fprintf(e.Out, "Created %s (%s) with the admin %s (%s).\n\n", out.Org.DisplayName, out.Org.DisplayID, out.Member.Email, out.Member.DisplayID)
	fmt.Fprintf(e.Out, "Personal access token, not shown again, valid until %s:\n  %s\n", day(out.TokenView.ExpiresAt.Time), out.Secret)
	printLink(e.Out, out.LinkView)
	return err
}

func closing(c *client, err *error) { *err = errors.Join(*err, c.Close()) }

func day(t time.Time) string { return t.Local().Format("2 January 2006") }

func printLink(w io.Writer, l *server.LinkView) {
	if l == nil {
		return
	}
	fmt.Fprintf(w, "\nLink to set the password, works once, until %s:\n  %s\n", l.ExpiresAt.Local().Format("2 January 15:04"), l.Link)
}

// password reads a new password, "" when there is to be a link instead.
func (e *environment) password(stdin, quiet bool) (string, error) {
	if stdin {
		return firstLine(e.In)
	}
	f, ok := e.In.(*os.File)
	if !ok || quiet || !term.IsTerminal(int(f.Fd())) {
		return "", nil
	}
	return e.ask(int(f.Fd()))
}

// firstLine reads a password that a program passes on.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, auth.MaxPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	return line, auth.CheckPassword("--password-stdin", line)
}

// ask asks for a password twice, without showing it.
func (e *environment) ask(fd int) (string, error) {
	var typed [2]string
	for i, prompt := range []string{"Password, at least 12 characters (empty: a link to set it): ", "Again: "} {
		fmt.Fprint(e.Err, prompt)
		text, err := term.ReadPassword(fd)
		fmt.Fprintln(e.Err)
		if err != nil {
			return "", err
		}
		if typed[i] = string(text); typed[i] == "" && i == 0 {
			return "", nil
		}
	}
	if typed[0] != typed[1] {
		return "", errs.BadRequest("the two passwords differ; try again")
	}
	return typed[0], auth.CheckPassword("password", typed[0])
}

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a member's personal access token, or an application token, and print it, once."`
}

type tokenCreateCmd struct {
	Kind     string `default:"pat" enum:"pat,aat,aat:public" help:"pat: a member's; aat: of a backend that obtains tokens for contacts; aat:public: the same, to stand in a page."`
	Email    string `help:"Of a pat: the member's e-mail address or id." placeholder:"E"`
	ClientID string `name:"client-id" help:"Of an application token: the application; a new service account is made when there is none." placeholder:"ID"`
	Scope    string `help:"Scopes; act-as lets an application act as members and contacts." placeholder:"S"`
	Expires  string `default:"90d" help:"How long it works: days (90d), weeks (2w) or years (1y)." placeholder:"90d"`
	Hint     string `default:"kith token create" help:"A name to recognise it by." placeholder:"TEXT"`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// Run creates the token.
func (c tokenCreateCmd) Run(e *environment) error {
	days, err := parseDays(c.Expires)
	if err != nil {
		return err
	}
	if c.Kind == "pat" && c.Email == "" {
		return errs.Missing("--email")
	}
	in := server.NewToken{Kind: c.Kind, Email: c.Email, Days: days, Hint: c.Hint, Scope: c.Scope, ClientID: c.ClientID}
	var out server.TokenView
	if err = e.operate("tokens.create", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	fmt.Fprintln(e.Out, out.Secret)
	fmt.Fprintf(e.Err, "The token works until %s and is not shown again.\n", day(out.ExpiresAt.Time))
	return nil
}

// parseDays reads a life in days, weeks or years.
func parseDays(text string) (uint32, error) {
	bad := errs.NotPermitted("--expires", "%q is not a time; give days, weeks or years, such as 90d, 2w or 1y", text)
	if len(text) < 2 {
		return 0, bad
	}
	unit, ok := map[byte]uint64{'d': 1, 'w': 7, 'y': 365}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if !ok || err != nil || n == 0 || n*unit > 1<<32-1 {
		return 0, bad
	}
	return uint32(n * unit), nil
}
