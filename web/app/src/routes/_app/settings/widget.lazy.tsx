import { createLazyFileRoute } from "@tanstack/react-router";
import { WidgetPage } from "@/features/widget/widget-page";

export const Route = createLazyFileRoute("/_app/settings/widget")({ component: WidgetPage });
