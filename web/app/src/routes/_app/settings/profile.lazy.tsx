import { createLazyFileRoute } from "@tanstack/react-router";
import { ProfilePage } from "@/features/member/profile-page";

export const Route = createLazyFileRoute("/_app/settings/profile")({ component: ProfilePage });
