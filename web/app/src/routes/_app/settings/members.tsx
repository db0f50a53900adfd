import { createFileRoute } from "@tanstack/react-router";
import { MemberPage } from "@/features/member/member-page";

export const Route = createFileRoute("/_app/settings/members")({ component: MemberPage });
