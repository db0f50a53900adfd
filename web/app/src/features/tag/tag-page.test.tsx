import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Tag } from "@/api/types";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";

function tag(name: string, more: Partial<Tag> = {}): Tag {
  return {
    id: `don:core:kith:devo/1:tag/${name}`,
    display_id: name,
    name,
    created_date: "2026-01-01T00:00:00Z",
    modified_date: "2026-01-01T00:00:00Z",
    ...more,
  };
}

describe("tags", () => {
  it("lists tags page by page", async () => {
    serve({
      ...signedIn,
      "tags.list": ({ cursor }) =>
        cursor
          ? ok({ tags: [tag("zeta")] })
          : ok({ tags: [tag("alpha", { allowed_values: ["gold"] })], next_cursor: "2" }),
    });
    const { user } = openApp("/settings/tags");
    const list = await screen.findByRole("list", { name: "Tags" });
    expect(within(list).getByText("gold")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Load more" }));
    expect(await within(list).findByText("zeta")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Load more" })).toBeNull();
  });

  it("creates one with colour and values, and keeps the form when its name is taken", async () => {
    let taken = true;
    const { calls } = serve({
      ...signedIn,
      "tags.list": () => ok({ tags: [] }),
      "tags.create": () =>
        taken
          ? {
              status: 409,
              body: { type: "conflict", message: "name: there is a tag of that name", field_name: "name" },
            }
          : created({ tag: tag("vip") }),
    });
    const { user } = openApp("/settings/tags");
    await user.click(await screen.findByRole("button", { name: "New tag" }));
    await user.click(screen.getByRole("button", { name: "Create tag" }));
    expect(screen.getByText("Give it a name, such as vip")).toBeDefined();
    await user.type(screen.getByLabelText("Name"), "vip");
    await user.click(screen.getByRole("radio", { name: "Teal" }));
    await user.type(screen.getByLabelText("Allowed values"), " gold{enter}{enter}silver ");
    await user.click(screen.getByRole("button", { name: "Create tag" }));
    expect(await screen.findByText("There is a tag of that name")).toBeDefined();
    taken = false;
    await user.click(screen.getByRole("button", { name: "Create tag" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.findLast((call) => call.name === "tags.create")?.body).toEqual({
      name: "vip",
      description: "",
      allowed_values: ["gold", "silver"],
      style_new: { color: "#1F7A8C" },
    });
  });

  it("changes and deletes one", async () => {
    const tags = [tag("vip", { style_new: { color: "#1F7A8C" }, description: "Dear" })];
    const { calls } = serve({
      ...signedIn,
      "tags.list": () => ok({ tags }),
      "tags.update": () => ok({ tag: tags[0] }),
      "tags.delete": () => {
        tags.length = 0;
      },
    });
    const { user } = openApp("/settings/tags");
    await user.click(await screen.findByRole("button", { name: "Edit vip" }));
    await user.click(screen.getByRole("radio", { name: "No colour" }));
    await user.click(screen.getByRole("button", { name: "Save tag" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.find((call) => call.name === "tags.update")?.body).toEqual({
      id: "don:core:kith:devo/1:tag/vip",
      name: "vip",
      description: "Dear",
      allowed_values: { set: [] },
      style_new: null,
    });
    await user.click(screen.getByRole("button", { name: "Delete vip" }));
    await user.click(screen.getByRole("button", { name: "Delete tag" }));
    expect(await screen.findByText("No tags yet")).toBeDefined();
  });
});
