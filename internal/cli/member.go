package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/server"
)

type memberCmd struct {
	Add           memberAddCmd        `cmd:"" help:"Add a member; prints a link to set the password unless one is given."`
	List          memberListCmd       `cmd:"" help:"List the members."`
	Deactivate    memberDeactivateCmd `cmd:"" help:"End everything a member may do: sessions, tokens and links stop working at once."`
	Activate      memberActivateCmd   `cmd:"" help:"Let a deactivated member in again."`
	ResetPassword memberResetCmd      `cmd:"" name:"reset-password" help:"Print a link by which a member sets a new password, once, within a day."`
}

type memberAddCmd struct {
	Email         string `required:"" help:"The member's e-mail address." placeholder:"E"`
	Name          string `help:"The member's name; made from the e-mail address when absent." placeholder:"N"`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from the first line of standard input."`
	JSON          bool   `name:"json" help:"Print one JSON object."`
}

// Run adds the member.
func (c memberAddCmd) Run(e *environment) error {
	password, err := e.password(c.PasswordStdin, c.JSON)
	if err != nil {
		return err
	}
	var out server.AddedView
	if err := e.operate("members.add", server.NewMember{Email: c.Email, Name: c.Name, Password: password}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	fmt.Fprintf(e.Out, "Added %s (%s).\n", out.Member.Email, out.Member.DisplayID)
	printLink(e.Out, out.LinkView)
	return nil
}

// operate runs one of the operator's operations on the data folder.
func (e *environment) operate(op string, in, out any) (err error) {
	kith, err := e.connect(false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	return kith.call(e.ctx, op, in, out)
}

type memberListCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run lists the members.
func (c memberListCmd) Run(e *environment) error {
	var out server.MembersView
	if err := e.operate("members.list", struct{}{}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tE-MAIL\tNAME\tSTATE\tSINCE")
	for _, m := range out.Members {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.DisplayID, m.Email, m.DisplayName, m.State, m.CreatedAt.Local().Format("2006-01-02"))
	}
	return w.Flush()
}

// namedMember is the argument of the commands on one member.
type namedMember struct {
	Member string `arg:"" optional:"" help:"The member's e-mail address or id."`
	Email  string `help:"The same as a flag." placeholder:"E"`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

func (c namedMember) request() server.NamedMember {
	if c.Member == "" {
		return server.NamedMember{Member: c.Email}
	}
	return server.NamedMember{Member: c.Member}
}

type memberDeactivateCmd struct{ namedMember }

// Run deactivates the member.
func (c memberDeactivateCmd) Run(e *environment) error {
	return e.changeMember("members.deactivate", c.namedMember)
}

type memberActivateCmd struct{ namedMember }

// Run activates the member.
func (c memberActivateCmd) Run(e *environment) error {
	return e.changeMember("members.activate", c.namedMember)
}

func (e *environment) changeMember(op string, c namedMember) error {
	var out server.ChangedView
	if err := e.operate(op, c.request(), &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	fmt.Fprintf(e.Out, "%s (%s) is %s.\n", out.Member.Email, out.Member.DisplayID, out.Member.State)
	return nil
}

type memberResetCmd struct{ namedMember }

// Run prints the link alone on standard output, so that it can be passed on.
func (c memberResetCmd) Run(e *environment) error {
	var out server.AddedView
	if err := e.operate("members.reset-password", c.request(), &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	fmt.Fprintln(e.Out, out.Link)
	fmt.Fprintf(e.Err, "The link lets %s set a password once, until %s. Links made before no longer work.\n",
		out.Member.Email, out.LinkView.ExpiresAt.Local().Format("2 January 15:04"))
	return nil
}
