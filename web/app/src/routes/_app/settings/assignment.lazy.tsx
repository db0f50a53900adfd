import { createLazyFileRoute } from "@tanstack/react-router";
import { AssignmentPage } from "@/features/assignment/assignment-page";

export const Route = createLazyFileRoute("/_app/settings/assignment")({ component: AssignmentPage });
