import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { FocusPage } from "@/components/focus-page";
import { ResetForm } from "@/features/session/reset-form";
import { startSession } from "@/features/session/session";

export const Route = createFileRoute("/reset/$token")({ component: Reset });

function Reset() {
  const { token } = Route.useParams();
  const { client } = Route.useRouteContext();
  const navigate = useNavigate();
  const finish = () => {
    // Whoever was signed in here may not be the owner of the new password, and
    // the address with the token is not kept in the browser's history.
    startSession(client, null);
    void navigate({ to: "/sign-in", search: { reset: true }, replace: true });
  };
  return (
    <FocusPage title="Choose a new password" intro="Afterwards you sign in with it.">
      <ResetForm token={token} onDone={finish} />
    </FocusPage>
  );
}
