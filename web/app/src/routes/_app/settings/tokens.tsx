import { createFileRoute } from "@tanstack/react-router";
import { TokenPage } from "@/features/token/token-page";

export const Route = createFileRoute("/_app/settings/tokens")({ component: TokenPage });
