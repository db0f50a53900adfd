import { createFileRoute } from "@tanstack/react-router";
import { OrgPage } from "@/features/org/org-page";

export const Route = createFileRoute("/_app/settings/organisation")({ component: OrgPage });
