import { createLazyFileRoute } from "@tanstack/react-router";
import { TagPage } from "@/features/tag/tag-page";

export const Route = createLazyFileRoute("/_app/settings/tags")({ component: TagPage });
