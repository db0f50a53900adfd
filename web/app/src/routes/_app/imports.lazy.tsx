import { createLazyFileRoute } from "@tanstack/react-router";
import { ImportPage } from "@/features/import/import-page";

export const Route = createLazyFileRoute("/_app/imports")({ component: ImportPage });
