import { createFileRoute } from "@tanstack/react-router";
import { TagPage } from "@/features/tag/tag-page";

export const Route = createFileRoute("/_app/settings/tags")({ component: TagPage });
