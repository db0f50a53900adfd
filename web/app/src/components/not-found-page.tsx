import { Link } from "@tanstack/react-router";
import { FocusPage } from "@/components/focus-page";
import { Button } from "@/components/ui/button";

export function NotFoundPage() {
  return (
    <FocusPage title="Nothing here" intro="There is no page at this address. The link may be old or mistyped.">
      <Button asChild variant="primary">
        <Link to="/contacts">Go to contacts</Link>
      </Button>
    </FocusPage>
  );
}
