import { createLazyFileRoute } from "@tanstack/react-router";
import { MemberPage } from "@/features/member/member-page";

export const Route = createLazyFileRoute("/_app/settings/members")({ component: MemberPage });
