import { createLazyFileRoute } from "@tanstack/react-router";
import { TokenPage } from "@/features/token/token-page";

export const Route = createLazyFileRoute("/_app/settings/tokens")({ component: TokenPage });
