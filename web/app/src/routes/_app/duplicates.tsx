import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/duplicates")({ component: () => null });
