import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { FocusPage } from "@/components/focus-page";
import { requireSession } from "@/features/session/session";
import { FirstTokenPanel } from "@/features/token/first-token-panel";

export const Route = createFileRoute("/welcome")({
  beforeLoad: async ({ context, location }) => {
    await requireSession(context.client, location.href);
  },
  component: Welcome,
});

function Welcome() {
  const navigate = useNavigate();
  return (
    <FocusPage wide title="Your API token" intro="It lets the command line and your scripts act as you.">
      <FirstTokenPanel onContinue={() => void navigate({ to: "/home" })} />
    </FocusPage>
  );
}
