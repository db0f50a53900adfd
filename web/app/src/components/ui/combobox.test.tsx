import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { show } from "@/testing/show";

it("offers nothing as new before it was looked for", async () => {
  let find: (found: Option[]) => void = () => {};
  const load = vi.fn((text: string) => (text ? new Promise<Option[]>((done) => (find = done)) : Promise.resolve([])));
  const run = vi.fn();
  const { user } = show(
    <Combobox
      label="Find an account"
      trigger={<Button>Choose</Button>}
      load={load}
      source="test"
      chosen={[]}
      onChoose={() => {}}
      create={{ label: (text) => `New “${text}”`, run }}
    />,
  );
  await user.click(screen.getByRole("button", { name: "Choose" }));
  await screen.findByText("Nothing found");
  await user.keyboard("Navy");
  expect(screen.queryByRole("option")).toBeNull();
  await vi.waitFor(() => expect(load).toHaveBeenLastCalledWith("Navy", expect.anything()));
  expect(screen.queryByRole("option")).toBeNull();
  find([{ value: "ACC-1", label: "Navy Yard" }]);
  await user.click(await screen.findByRole("option", { name: "New “Navy”" }));
  expect(run).toHaveBeenCalledExactlyOnceWith("Navy");
});
