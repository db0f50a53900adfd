import { createFileRoute, redirect, useNavigate } from "@tanstack/react-router";
import { FocusPage } from "@/components/focus-page";
import { setupQuery } from "@/features/session/session";
import { SetupForm } from "@/features/session/setup-form";
import { issueFirstToken } from "@/features/token/first-token";

export const Route = createFileRoute("/setup")({
  loader: async ({ context }) => {
    const setup = await context.client.fetchQuery(setupQuery);
    if (!setup.needs_setup) throw redirect({ to: "/contacts" });
    return setup;
  },
  component: Setup,
});

function Setup() {
  const setup = Route.useLoaderData();
  const { client } = Route.useRouteContext();
  const navigate = useNavigate();
  const finish = async () => {
    await issueFirstToken(client);
    await navigate({ to: "/welcome" });
  };
  return (
    <FocusPage title="Set up Kith" intro="Name your organisation and create its first admin: you.">
      <SetupForm codeRequired={setup.code_required} onDone={finish} />
    </FocusPage>
  );
}
