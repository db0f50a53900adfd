package httpapi_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestStaticGroups adds contacts and members to groups, and follows them through
// merges and the trash.
func TestStaticGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example", Name: "Bob"}, nil)
		c.Run(t, []apitest.Scenario{
			made("accounts.create", `{"display_name":"Big"}`, `{"account":{"display_id":"ACC-1"}}`),
			made("rev-users.create", `{"display_name":"Ann","account":"ACC-1","rev_org":"REV-1"}`, `{"rev_user":{"display_id":"REVU-1"}}`),
			made("rev-users.create", `{"display_name":"Bo"}`, `{"rev_user":{"display_id":"REVU-2"}}`),
			made("rev-users.create", `{"display_name":"Cy"}`, `{"rev_user":{"display_id":"REVU-3"}}`),
			made("groups.create", `{"name":" Early birds ","description":"First to know","member_type":"rev_user","owner":"DEVU-1"}`,
				`{"group":{"display_id":"GROUP-4","name":"Early birds","description":"First to know","type":"static","member_type":"rev_user","is_default":false,"owner":{"display_id":"DEVU-1"}}}`),
			made("groups.create", `{"name":"Crew","description":""}`, `{"group":{"member_type":"dev_user","type":"static"}}`),
			refused("taken", "groups.create", `{"name":"early BIRDS","description":""}`, 409, `{"field_name":"name"}`),
			refused("no name", "groups.create", `{"description":""}`, 400, `{"field_name":"name"}`),
			refused("nobody", "groups.update", `{"id":"GROUP-4","owner":"DEVU-9"}`, 404, `{"field_name":"owner"}`),
			refused("static", "groups.update", `{"id":"GROUP-4","dynamic_group_info":{"membership_expression":"tier = gold"}}`, 400, `{"message":"<any>"}`),
			refused("taken", "groups.update", `{"id":"GROUP-5","name":"Early birds"}`, 409, `{"field_name":"name"}`),
			done("groups.update", `{"id":"GROUP-5","name":"The crew","owner":"DEVU-2"}`, `{"group":{"name":"The crew","owner":{"display_id":"DEVU-2"}}}`),
			absent(done("groups.update", `{"id":"GROUP-5","owner":""}`, `{"group":{"name":"The crew"}}`), "group.owner"),
			refused("two lines", "groups.create", `{"name":"a\nb","description":""}`, 400, `{"field_name":"name"}`),
			refused("bell", "groups.update", `{"id":"GROUP-5","description":"\u0007"}`, 400, `{"field_name":"description"}`),
			done("groups.members.add", `{"group":"GROUP-4","member":"REVU-1"}`, `{}`),
			absent(done("groups.members.list", `{"group":"GROUP-4"}`, `{"members":[{"member":{"display_id":"REVU-1"}}]}`), "members.0.member_rev_org"),
			done("groups.members.add", `{"group":"GROUP-4","member":"REVU-1","member_rev_org":"REV-1"}`, `{}`),
			done("groups.members.add", `{"group":"GROUP-4","member":"REVU-1"}`, `{}`),
			done("groups.members.add", `{"group":"GROUP-4","member":"REVU-2"}`, `{}`),
			done("groups.members.add", `{"group":"GROUP-4","member":"REVU-3"}`, `{}`),
			done("groups.members.add", `{"group":"GROUP-5","member":"DEVU-2"}`, `{}`),
			refused("a member", "groups.members.add", `{"group":"GROUP-4","member":"DEVU-1"}`, 400, `{"field_name":"member"}`),
			refused("a contact", "groups.members.add", `{"group":"GROUP-5","member":"REVU-1"}`, 400, `{"field_name":"member"}`),
			refused("nobody", "groups.members.add", `{"group":"GROUP-4","member":"REVU-9"}`, 404, `{"field_name":"member"}`),
			refused("nobody", "groups.members.add", `{"group":"GROUP-5","member":"DEVU-9"}`, 404, `{"field_name":"member"}`),
			refused("not its workspace", "groups.members.add", `{"group":"GROUP-4","member":"REVU-2","member_rev_org":"REV-1"}`, 400, `{"field_name":"member_rev_org"}`),
			refused("no group", "groups.members.add", `{"group":"GROUP-12","member":"REVU-1"}`, 404, `{"type":"not_found"}`),
			refused("not in it", "groups.members.remove", `{"group":"GROUP-5","member":"DEVU-1"}`, 404, `{"field_name":"member"}`),
			done("groups.members.list", `{"group":"GROUP-5"}`, `{"members":[{"member":{"type":"dev_user","display_id":"DEVU-2","display_name":"Bob"}}]}`),
			done("groups.members.count", `{"group":"GROUP-4"}`, `{"count":3,"more":false}`),
		})
		c.Run(t, forms("who", "groups.members.list", "group=GROUP-4", `{"group":"GROUP-4"}`, 200,
			`{"members":[{"member":{"type":"rev_user","display_id":"REVU-1","display_name":"Ann"},"member_rev_org":{"display_id":"REV-1"}},{"member":{"display_id":"REVU-2"}},{"member":{"display_id":"REVU-3"}}]}`))
		membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 REVU-3 ")
		mergedMembers(t, c)
		c.Run(t, []apitest.Scenario{
			done("groups.list", `{}`, `{"groups":[{"name":"Customers"},{"name":"Verified Customers"},{"name":"Customer Admins"},{"name":"Early birds"},{"name":"The crew"}]}`),
			done("groups.list", `{"name":["THE CREW"]}`, `{"groups":[{"name":"The crew"}]}`),
			done("groups.list", `{"member_type":["rev_user"],"group_type":["static"],"created_by":["DEVU-1"],"is_default":false}`, `{"groups":[{"name":"Early birds"}]}`),
			done("groups.list", `{"group_type":["dynamic"],"is_default":false}`, `{"groups":[]}`),
			done("groups.list", `{"is_default":true}`, `{"groups":[{"display_id":"GROUP-1"},{"display_id":"GROUP-2"},{"display_id":"GROUP-3","is_default":true,"type":"static"}]}`),
		})
		first := c.Post(t, "groups.list", `{"limit":1}`, 200)
		second := c.Post(t, "groups.list", `{"limit":1,"cursor":"`+first.Text(t, "next_cursor")+`"}`, 200)
		if name := second.Text(t, "groups.0.name"); name != "Verified Customers" {
			t.Errorf("the second page begins with %q", name)
		}
	})
}

// membersOf reads a group's members in pages of two.
func membersOf(t *testing.T, c apitest.Client, id, want string) {
	t.Helper()
	got, cursor, n := "", "", 0
	for {
		res := c.Post(t, "groups.members.list", `{"group":"`+id+`","limit":2,"cursor":"`+cursor+`"}`, 200)
		list, _ := res.Lookup("members")
		for i := range list.([]any) {
			got += res.Text(t, "members."+strconv.Itoa(i)+".member.display_id") + " "
			n++
		}
		next, more := res.Lookup("next_cursor")
		if !more {
			break
		}
		cursor = next.(string)
	}
	if got != want {
		t.Errorf("%s has %q, want %q", id, got, want)
	}
	c.Play(t, done("groups.members.count", `{"group":"`+id+`"}`, `{"count":`+strconv.Itoa(n)+`}`))
}

// mergedMembers merges and deletes members of GROUP-4, which has REVU-1 to REVU-3.
func mergedMembers(t *testing.T, c apitest.Client) {
	t.Helper()
	merge := func(primary, secondary string) string {
		c.Post(t, "rev-users.merge", `{"primary_user":"`+primary+`","secondary_user":"`+secondary+`"}`, 200)
		return c.Post(t, "merges.list", `{}`, 200).Text(t, "merges.0.id")
	}
	undo := func(id string) { c.Post(t, "merges.undo", `{"id":"`+id+`"}`, 200) }
	c.Post(t, "rev-users.create", `{"display_name":"Di"}`, 201)

	both := merge("REVU-3", "REVU-2")
	membersOf(t, c, "GROUP-4", "REVU-1 REVU-3 ")
	undo(both)
	membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 REVU-3 ")

	outside, again := merge("REVU-4", "REVU-3"), merge("REVU-4", "REVU-1")
	membersOf(t, c, "GROUP-4", "REVU-4 REVU-2 ")
	c.Post(t, "groups.members.add", `{"group":"GROUP-4","member":"REVU-4"}`, 200) // is in it
	c.Play(t, refused("merged away", "groups.members.add", `{"group":"GROUP-4","member":"REVU-1"}`, 400, `{"message":"<any>"}`))
	c.Play(t, refused("merged away", "groups.members.remove", `{"group":"GROUP-4","member":"REVU-1"}`, 400, `{"message":"<any>"}`))
	c.Post(t, "rev-users.delete", `{"id":"REVU-4"}`, 200)
	membersOf(t, c, "GROUP-4", "REVU-2 ")
	c.Post(t, "rev-users.restore", `{"id":"REVU-4"}`, 200)
	membersOf(t, c, "GROUP-4", "REVU-4 REVU-2 ")
	undo(again)
	undo(outside)
	membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 REVU-3 ")

	merge("REVU-4", "REVU-3")
	c.Post(t, "groups.members.remove", `{"group":"GROUP-4","member":"REVU-4"}`, 200)
	membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 ")
}

// TestDynamicGroups makes groups whose members meet a filter.
func TestDynamicGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Run(t, []apitest.Scenario{
			made("accounts.create", `{"display_name":"Big","tier":"gold"}`, `{"account":{"tier":"gold"}}`),
			made("accounts.create", `{"display_name":"Small"}`, `{"account":{"display_id":"ACC-2"}}`),
		})
		for _, name := range []string{"Ann", "Bo", "Cy", "Di", "Ed"} {
			c.Post(t, "rev-users.create", `{"display_name":"`+name+`","account":"ACC-1"}`, 201)
		}
		c.Run(t, []apitest.Scenario{
			made("groups.create", `{"name":"Gold","description":"","type":"dynamic","dynamic_group_info":{"membership_expression":"account.tier = gold and display_name != Ed"}}`,
				`{"group":{"type":"dynamic","member_type":"rev_user","dynamic_group_info":{"membership_expression":"account.tier = gold and display_name != Ed"}}}`),
			refused("no filter", "groups.create", `{"name":"x","description":"","type":"dynamic"}`, 400, `{"field_name":"dynamic_group_info"}`),
			refused("of members", "groups.create", `{"name":"x","description":"","type":"dynamic","member_type":"dev_user","dynamic_group_info":{"membership_expression":"tag = a"}}`, 400, `{"field_name":"member_type"}`),
			refused("no such field", "groups.create", `{"name":"x","description":"","type":"dynamic","dynamic_group_info":{"membership_expression":"nope = a"}}`, 400, `{"field_name":"dynamic_group_info.membership_expression"}`),
			refused("no text", "groups.create", `{"name":"x","description":"","type":"dynamic","dynamic_group_info":{"membership_expression":"tag ="}}`, 400, `{"field_name":"dynamic_group_info.membership_expression","column":6}`),
			refused("by hand", "groups.members.add", `{"group":"GROUP-4","member":"REVU-5"}`, 400, `{"field_name":"group"}`),
			refused("by hand", "groups.members.remove", `{"group":"GROUP-4","member":"REVU-1"}`, 400, `{"field_name":"group"}`),
		})
		membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 REVU-3 REVU-4 ")
		c.Post(t, "rev-users.update", `{"id":"REVU-5","display_name":"Edith"}`, 200)
		membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 REVU-3 REVU-4 REVU-5 ")
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-5","secondary_user":"REVU-1"}`, 200)
		membersOf(t, c, "GROUP-4", "REVU-2 REVU-3 REVU-4 REVU-5 ")
		c.Post(t, "accounts.update", `{"id":"ACC-1","tier":"silver"}`, 200)
		membersOf(t, c, "GROUP-4", "")
		c.Post(t, "groups.update", `{"id":"GROUP-4","dynamic_group_info":{"membership_expression":"display_name = Bo"}}`, 200)
		membersOf(t, c, "GROUP-4", "REVU-2 ")
	})
}

// TestStandardGroups are there from the beginning, and cannot be made into others.
func TestStandardGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ann"}`, `{"rev_user":{"display_id":"REVU-1","is_verified":true}}`),
			made("rev-users.create", `{"display_name":"Bo"}`, `{"rev_user":{"display_id":"REVU-2"}}`),
			done("groups.get", `{"id":"GROUP-1"}`, `{"group":{"name":"Customers","is_default":true,"type":"dynamic","dynamic_group_info":{"membership_expression":"","state":"following","lag_seconds":0}}}`),
			done("groups.members.list", `{"group":"GROUP-1"}`, `{"members":[{"member":{"display_id":"REVU-1"}},{"member":{"display_id":"REVU-2"}}]}`),
			done("groups.members.count", `{"group":"GROUP-2"}`, `{"count":2,"more":false}`),
			done("groups.update", `{"id":"GROUP-2","name":"Proven"}`, `{"group":{"name":"Proven","dynamic_group_info":{"membership_expression":"verified = true"}}}`),
			refused("another filter", "groups.update", `{"id":"GROUP-1","dynamic_group_info":{"membership_expression":"tag = a"}}`, 400, `{"field_name":"dynamic_group_info"}`),
			refused("by hand", "groups.members.add", `{"group":"GROUP-1","member":"REVU-1"}`, 400, `{"field_name":"group"}`),
			refused("its name", "groups.create", `{"name":"customers","description":""}`, 409, `{"field_name":"name"}`),
			done("rev-users.list", `{"filter":"group = Customers and name = bo"}`, `{"rev_users":[{"display_id":"REVU-2"}]}`),
			done("rev-users.list", `{"filter":"group = Proven and name ~ a"}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"filter":"group != GROUP-2"}`, `{"rev_users":[]}`),
			done("rev-users.list", `{"filter":"group not empty"}`, `{"rev_users":[]}`),
			done("groups.members.add", `{"group":"GROUP-3","member":"REVU-1"}`, `{}`),
			done("rev-users.list", `{"filter":"group not empty"}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.merge", `{"primary_user":"REVU-2","secondary_user":"REVU-1"}`, `{}`),
		})
		k.App.StartWorkers(t.Context())
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			res := c.Post(t, "rev-users.list", `{"filter":"group = \"Customer Admins\""}`, 200)
			if id, _ := res.Lookup("rev_users.0.display_id"); id == "REVU-2" {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the standard group does not follow the merge")
			}
		}
	})
}

// TestGroupsFollow lets the server follow changes, and asks by group.
func TestGroupsFollow(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "Acme")
		c.Post(t, "rev-users.create", `{"display_name":"Ann"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		c.Post(t, "groups.create", `{"name":"Anns","description":"","type":"dynamic","dynamic_group_info":{"membership_expression":"name = ann"}}`, 201)
		c.Post(t, "groups.create", `{"name":"Friends","description":"","member_type":"rev_user"}`, 201)
		until := func(what string, holds func() bool) {
			t.Helper()
			for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal(what + " did not come about")
				}
			}
		}
		ids := func(filter string) (out string) {
			res := c.Post(t, "rev-users.list", `{"filter":"`+filter+`","sort_by":["display_id:asc"]}`, 200)
			list, _ := res.Lookup("rev_users")
			for i := range list.([]any) {
				out += res.Text(t, "rev_users."+strconv.Itoa(i)+".display_id") + " "
			}
			return out
		}
		until("the group", func() bool {
			return c.Post(t, "groups.get", `{"id":"GROUP-4"}`, 200).Text(t, "group.dynamic_group_info.state") == "following"
		})
		if got := ids("group = Anns"); got != "REVU-1 " {
			t.Errorf("in the group are %s", got)
		}
		c.Post(t, "rev-users.update", `{"id":"REVU-2","display_name":"Ann"}`, 200)
		until("the second", func() bool { return ids("group = GROUP-4") == "REVU-1 REVU-2 " })
		membersOf(t, c, "GROUP-4", "REVU-1 REVU-2 ")
		c.Post(t, "groups.members.add", `{"group":"GROUP-5","member":"REVU-2"}`, 200)
		if got := ids("group = friends and name ~ nn"); got != "REVU-2 " {
			t.Errorf("friends are %s", got)
		}
		if got := ids("group empty or group != Friends"); got != "REVU-1 " {
			t.Errorf("no friends are %s", got)
		}
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		until("the merged", func() bool {
			return ids("group in (friends, anns)") == "REVU-1 " && ids("group = friends") == "REVU-1 "
		})
		c.Post(t, "groups.members.remove", `{"group":"GROUP-5","member":"REVU-1"}`, 200)
		if got := ids("group = friends"); got != "" {
			t.Errorf("friends are %s", got)
		}
	})
}
