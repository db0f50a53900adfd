import { createLazyFileRoute } from "@tanstack/react-router";
import { CannedPage } from "@/features/canned/canned-page";

export const Route = createLazyFileRoute("/_app/settings/replies")({ component: Replies });

function Replies() {
  const { tab = "replies" } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <CannedPage tab={tab} onTabChange={(next) => void navigate({ search: next === "macros" ? { tab: next } : {} })} />
  );
}
