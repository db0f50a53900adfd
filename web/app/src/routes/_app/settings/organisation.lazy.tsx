import { createLazyFileRoute } from "@tanstack/react-router";
import { OrgPage } from "@/features/org/org-page";

export const Route = createLazyFileRoute("/_app/settings/organisation")({ component: OrgPage });
