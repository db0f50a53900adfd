import { createFileRoute, redirect, useRouter } from "@tanstack/react-router";
import { FocusPage } from "@/components/focus-page";
import { Alert } from "@/components/ui/alert";
import { sessionQuery, setupQuery } from "@/features/session/session";
import { SignInForm } from "@/features/session/sign-in-form";
import { safeRedirect } from "@/lib/redirect";

type SignInSearch = { redirect?: string; reset?: true };

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search): SignInSearch => ({
    ...(typeof search.redirect === "string" ? { redirect: search.redirect } : {}),
    ...(search.reset ? { reset: true } : {}),
  }),
  beforeLoad: async ({ context }) => {
    if (await context.client.ensureQueryData(sessionQuery)) throw redirect({ to: "/contacts" });
    const setup = await context.client.fetchQuery(setupQuery);
    if (setup.needs_setup) throw redirect({ to: "/setup" });
  },
  component: SignIn,
});

function SignIn() {
  const search = Route.useSearch();
  const router = useRouter();
  return (
    <FocusPage title="Sign in to Kith">
      <div className="grid gap-4">
        {search.reset && <Alert tone="info">Your new password is set. Sign in with it.</Alert>}
        <SignInForm onSignedIn={() => router.history.push(safeRedirect(search.redirect))} />
        <p className="mt-2 text-[0.8125rem] text-ink-3">
          Forgot your password? An admin of your Kith can make a reset link:{" "}
          <code className="font-mono text-xs">kith member reset-password</code>
        </p>
      </div>
    </FocusPage>
  );
}
