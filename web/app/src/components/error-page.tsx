import { useRouter } from "@tanstack/react-router";
import { messageOf } from "@/api/client";
import { FocusPage } from "@/components/focus-page";
import { Button } from "@/components/ui/button";

/** Takes the place of a page that failed to load or to render. */
export function ErrorPage({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <FocusPage title="That did not work" intro={<p role="alert">{messageOf(error)}</p>}>
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </FocusPage>
  );
}
