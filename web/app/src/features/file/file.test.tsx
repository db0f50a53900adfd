import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { TimelineEntry } from "@/features/discussion/timeline";
import type { Artifact, ArtifactSummary } from "@/features/file/file";
import { openApp } from "@/testing/app";
import { contact } from "@/testing/duplicates";
import { ada, created, ok, serve, signedIn } from "@/testing/server";
import { takeFiles } from "@/testing/upload";

const grace = contact(1, "Grace Hopper");
const file = (n: number, name: string, type: string, size = 2000): ArtifactSummary => ({
  id: `don:core:kith:devo/1:artifact/${n}`,
  display_id: `ARTIFACT-${n}`,
  file: { name, type, size },
});
const entry = (more: Partial<TimelineEntry>): TimelineEntry => ({
  type: "timeline_comment",
  id: `${grace.id}:comment/1`,
  display_id: "",
  object: grace.id,
  object_display_id: grace.display_id,
  object_type: "rev_user",
  visibility: "internal",
  body_type: "text",
  created_by: { type: "dev_user", ...ada },
  created_date: "2026-01-01T00:00:00.000Z",
  modified_date: "2026-01-01T00:00:00.000Z",
  ...more,
});

let prepared = 0;
const handlers = {
  ...signedIn,
  "rev-users.get": () => ok({ rev_user: grace }),
  "timeline-entries.list": () => ok({ timeline_entries: [] }),
  "timeline-entries.create": () => created({ timeline_entry: entry({}) }),
  "artifacts.prepare": () =>
    ok({
      id: `ARTIFACT-${++prepared}`,
      url: "https://elsewhere.example/artifacts.upload",
      form_data: [{ key: "policy", value: "p" }],
      max_bytes: 1000,
    }),
  "artifacts.locate": () => ok({ url: "https://elsewhere.example/artifacts.download?token=t", expires_at: inAnHour() }),
};
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const text = (name: string, length = 5) => new File(["x".repeat(length)], name, { type: "text/plain" });
const open = async (tab = "discussion") => {
  const app = openApp(`/contacts/REVU-1?tab=${tab}`);
  await screen.findByRole("tab", { name: "Files" });
  return app;
};
const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "Comment" });

beforeEach(() => {
  prepared = 0;
  sessionStorage.clear();
});

describe("files of a comment", () => {
  it("are sent when they are chosen, and hang on the comment", async () => {
    const { sent, go } = takeFiles();
    const { calls } = serve(handlers);
    const { user } = await open();
    await user.upload(await screen.findByLabelText("Files to attach"), [text("a.txt"), text("b.txt")]);
    const chosen = await screen.findByRole("list", { name: "Files that will be attached" });
    await waitFor(() => expect(within(chosen).getAllByText("50 %")).toHaveLength(2));
    expect(button().disabled).toBe(true);
    go();
    await waitFor(() => expect(within(chosen).getAllByText("5 bytes")).toHaveLength(2));
    expect(sent.map(({ path, form }) => [path, [...form.keys()]])).toEqual([
      ["/artifacts.upload", ["policy", "file"]],
      ["/artifacts.upload", ["policy", "file"]],
    ]);
    await user.click(screen.getByRole("button", { name: "Take a.txt out" }));
    await user.click(button());
    await waitFor(() => expect(screen.queryByRole("list", { name: "Files that will be attached" })).toBeNull());
    expect(calls.find(({ name }) => name === "timeline-entries.create")?.body).toEqual({
      type: "timeline_comment",
      object: grace.id,
      body: "",
      visibility: "internal",
      artifacts: ["ARTIFACT-2"],
      idempotency_key: expect.any(String),
    });
  });

  it("wait for who goes elsewhere and comes back", async () => {
    const { sent, go, waiting } = takeFiles();
    const { calls } = serve(handlers);
    const { user } = await open();
    const files = () => screen.findByRole("list", { name: "Files that will be attached" });
    const away = async () => {
      await user.click(screen.getByRole("tab", { name: "Files" }));
      await waitFor(() => expect(screen.queryByLabelText("Write a comment")).toBeNull());
      await user.click(screen.getByRole("tab", { name: "Discussion" }));
      await screen.findByLabelText("Write a comment");
    };
    await user.upload(await screen.findByLabelText("Files to attach"), text("a.txt"));
    await waitFor(() => expect(waiting).toHaveLength(1));
    go();
    await within(await files()).findByText("5 bytes");
    await user.upload(screen.getByLabelText("Files to attach"), text("b.txt"));
    await waitFor(() => expect(waiting).toHaveLength(1));
    await away();
    within(await files()).getByText("a.txt");
    within(await files()).getByText("b.txt");
    await waitFor(() => expect(sent.map(({ form }) => (form.get("file") as File).name)).toHaveLength(3));
    go();
    await waitFor(() => expect(button().disabled).toBe(false));
    await user.click(button());
    await waitFor(() => expect(screen.queryByRole("list", { name: "Files that will be attached" })).toBeNull());
    expect(calls.find(({ name }) => name === "timeline-entries.create")?.body).toMatchObject({
      artifacts: ["ARTIFACT-1", "ARTIFACT-3"],
    });
    await away();
    expect(screen.queryByRole("list", { name: "Files that will be attached" })).toBeNull();
  });

  it("come by paste and by drop", async () => {
    const { sent } = takeFiles();
    serve(handlers);
    await open();
    const field = await screen.findByLabelText("Write a comment");
    fireEvent.paste(field, { clipboardData: { files: [text("shot.png")] } });
    const dataTransfer = { files: [text("drop.txt")], types: ["Files"] };
    fireEvent.dragEnter(field, { dataTransfer });
    expect(screen.getByText("Drop the files here")).toBeDefined();
    fireEvent.drop(field, { dataTransfer });
    expect(screen.queryByText("Drop the files here")).toBeNull();
    await waitFor(() =>
      expect(sent.map(({ form }) => (form.get("file") as File).name)).toEqual(["shot.png", "drop.txt"]),
    );
    fireEvent.paste(field, { clipboardData: { files: [] } }); // text goes into the field as ever
    expect(screen.getAllByRole("progressbar")).toHaveLength(2);
  });

  it("can fail, and be tried again or taken out", async () => {
    const { sent, go, waiting } = takeFiles();
    serve(handlers);
    const { user } = await open();
    await user.upload(await screen.findByLabelText("Files to attach"), [text("large.txt", 2000), text("a.txt")]);
    expect(await screen.findByText("Larger than the 1 kB that are allowed")).toBeDefined();
    await waitFor(() => expect(waiting).toHaveLength(1));
    go(400, '{"message":"file: is not accepted"}');
    expect(await screen.findByText("File: is not accepted")).toBeDefined();
    await user.type(screen.getByLabelText("Write a comment"), "Hi");
    expect(button().disabled).toBe(true);
    await user.click(screen.getByRole("button", { name: "Try a.txt again" }));
    await waitFor(() => expect(waiting).toHaveLength(1));
    go();
    await user.click(screen.getByRole("button", { name: "Take large.txt out" }));
    await waitFor(() => expect(button().disabled).toBe(false));
    expect(sent).toHaveLength(2);
  });

  it("end with the page", async () => {
    const { waiting } = takeFiles();
    serve({ ...handlers, "artifacts.list": () => ok({ artifacts: [] }) });
    const { user } = await open();
    await user.upload(await screen.findByLabelText("Files to attach"), text("a.txt"));
    await waitFor(() => expect(waiting).toHaveLength(1));
    await user.click(screen.getByRole("tab", { name: "Files" }));
    await waitFor(() => expect(waiting).toHaveLength(0));
  });

  it("are pictures, or downloads", async () => {
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    const artifacts = [
      file(1, "shot.png", "image/png"),
      file(2, "page.html", "text/html"),
      file(3, "drawing.svg", "image/svg+xml"),
    ];
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": () => ok({ timeline_entries: [entry({ artifacts })] }),
    });
    const { user } = await open();
    const shot = await screen.findByRole<HTMLImageElement>("img", { name: "shot.png" });
    expect(new URL(shot.src).pathname + new URL(shot.src).search).toBe("/artifacts.download?token=t");
    expect(new URL(shot.src).host).toBe(window.location.host);
    expect(screen.getAllByRole("img")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: /page\.html/ }));
    await waitFor(() => expect(clicked).toHaveBeenCalledTimes(1));
    expect(calls.filter(({ name }) => name === "artifacts.locate").map(({ body }) => body)).toEqual([
      { id: artifacts[0]?.id },
      { id: artifacts[1]?.id },
    ]);
    fireEvent.error(shot);
    expect(screen.getByRole("button", { name: /shot\.png/ })).toBeDefined();
  });
});

describe("the files of a customer", () => {
  it("are listed with what they hang on", async () => {
    const on = (n: number, name: string, parent: Artifact["parent"]): Artifact => ({
      ...file(n, name, "application/pdf"),
      created_by: { type: "dev_user", ...ada },
      created_date: "2026-01-01T00:00:00.000Z",
      modified_date: "2026-01-01T00:00:00.000Z",
      ...(parent && { parent }),
    });
    const { calls } = serve({
      ...handlers,
      "artifacts.list": ({ cursor }) =>
        cursor
          ? ok({ artifacts: [on(1, "old.pdf", { type: "rev_user", id: grace.id, display_id: "REVU-1" })] })
          : ok({
              artifacts: [on(2, "new.pdf", { type: "conversation", id: "c", display_id: "CONV-7" })],
              next_cursor: "more",
            }),
    });
    const { user } = await open("files");
    const list = await screen.findByRole("list", { name: "Files" });
    expect(within(list).getByText("CONV-7")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Load more" }));
    await screen.findByText("old.pdf");
    expect(within(list).queryByText("REVU-1")).toBeNull();
    expect(calls.filter(({ name }) => name === "artifacts.list").map(({ body }) => body)).toEqual([
      { parent_id: grace.id, limit: 50 },
      { parent_id: grace.id, limit: 50, cursor: "more" },
    ]);
  });

  it("may be none", async () => {
    serve({ ...handlers, "artifacts.list": () => ok({ artifacts: [] }) });
    await open("files");
    expect(await screen.findByText(/No files yet/)).toBeDefined();
  });
});
