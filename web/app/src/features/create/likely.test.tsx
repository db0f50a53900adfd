import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Likely } from "@/features/create/likely";
import { contactSummary } from "@/testing/merges";
import { ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

it("tells who has the address though the search by name does not answer", async () => {
  const rev_user = contactSummary(1, "Grace Hopper");
  serve({
    "identities.resolve": () => ok({ decision: "matched", rev_user, candidates: [] }),
    "search.core": () => ({ status: 503, body: { type: "service_unavailable", message: "Try again." } }),
  });
  show(<Likely type="rev_user" observed={{ name: "Grace", email: "grace@navy.example", phones: [], refs: [] }} />);
  await screen.findByText("Is it this contact?");
  expect(screen.getByRole("link", { name: "Grace Hopper" })).toBeDefined();
});
