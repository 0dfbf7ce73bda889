import type { EntityType, FieldEnum, FieldOwner, FieldValue, RoleRights, Stamped } from './rows';

/** Rows of everything around leads, contacts, companies, customers and tasks. */

export interface NoteRow extends Stamped {
	entity_type: EntityType;
	entity_id: number;
	responsible_user_id: number;
	group_id: number;
	note_type: string;
	params: Record<string, unknown>;
	is_pinned: boolean;
}

export interface FieldGroupRow {
	id: number;
	/** `leads_12345678901234`, `default`, `statistic`: the id callers see. */
	code: string;
	owner: FieldOwner;
	name: string;
	sort: number;
	is_predefined: boolean;
}

export interface CatalogRow extends Stamped {
	name: string;
	sort: number;
	type: 'regular' | 'invoices' | 'products' | 'suppliers';
	can_add_elements: boolean;
	can_show_in_cards: boolean;
	can_link_multiple: boolean;
	can_be_deleted: boolean;
	sdk_widget_code: string | null;
}

export interface ElementRow extends Stamped {
	catalog_id: number;
	name: string;
	is_deleted: boolean | null;
	custom_fields_values: FieldValue[];
	currency_id: number | null;
}

export interface CustomerStatusRow {
	id: number;
	name: string;
	sort: number;
	is_default: boolean;
	conditions: unknown[];
	type: number;
	color: string;
}

export interface SegmentRow {
	id: number;
	name: string;
	color: string;
	created_at: number;
	updated_at: number;
	available_products_price_types: number[];
	custom_fields_values: FieldValue[];
}

export interface TransactionRow extends Stamped {
	price: number;
	comment: string | null;
	completed_at: number;
	customer_id: number;
	is_deleted: boolean;
	elements: { id: number; metadata: { catalog_id: number; quantity: number } }[];
	metadata?: { receipt_link?: string | null; external_id?: string | null } | null;
}

export type UnsortedCategory = 'sip' | 'forms' | 'chats' | 'mail';

export interface UnsortedRow {
	id: number;
	uid: string;
	source_uid: string;
	source_name: string;
	category: UnsortedCategory;
	pipeline_id: number;
	created_at: number;
	metadata: Record<string, unknown>;
	lead_id: number | null;
	contact_id: number | null;
	company_id: number | null;
	state: 'open' | 'accepted' | 'declined';
	closed_at: number | null;
}

export interface EventRow {
	id: number;
	uid: string;
	type: string;
	entity_id: number;
	entity_type: string;
	created_by: number;
	created_at: number;
	value_after: Record<string, unknown>[];
	value_before: Record<string, unknown>[];
	/** Whose talk a message on another card belongs to. */
	linked_talk_contact_id?: number;
	/** Milliseconds since the epoch from which on the list shows it, where that is not at once. */
	shown_at?: number;
}

export interface TalkRow {
	id: number;
	created_at: number;
	updated_at: number;
	rate: number;
	contact_id: number;
	chat_id: string;
	entity_id: number | null;
	entity_type: 'lead' | 'customer' | null;
	is_in_work: boolean;
	is_read: boolean;
	origin: string;
	missed_at: number | null;
	source_id?: number | null;
	/** While the NPS bot asks; otherwise `is_in_work` tells. */
	status?: 'nps_scheduled' | 'nps_in_progress' | 'with_error';
}

/** The nine kinds that amoCRM's chats know. facts: extended 7.2 */
export type MessageType = 'text' | 'contact' | 'file' | 'video' | 'picture' | 'voice' | 'audio' | 'sticker' | 'location';

/** One message of a talk. */
export interface MessageRow {
	id: number;
	uuid: string;
	talk_id: number;
	created_at: number;
	direction: 'incoming' | 'outgoing';
	type: MessageType;
	text: string;
	author: { id: string; type: 'internal' | 'external' | 'bot'; name: string };
	attachment: { type: string; link: string; file_name: string } | null;
	/** Counts against the quota of the chat API. */
	is_sent_by_api: boolean;
}

export interface SourceRow {
	id: number;
	client_id: string;
	name: string;
	external_id: string;
	pipeline_id: number;
	default: boolean;
	origin_code: string | null;
	services: unknown[];
	is_deleted: boolean;
}

export interface WebhookRow {
	id: number;
	destination: string;
	created_at: number;
	updated_at: number;
	created_by: number;
	sort: number;
	disabled: boolean;
	settings: string[];
}

/** What makes the Digital Pipeline act on a lead. facts: extended 1.6 */
export const STAGE_EVENTS = ['status', 'call_in', 'chat', 'mail_in', 'site_visit'] as const;
export type StageEvent = (typeof STAGE_EVENTS)[number];

/** "API: send webhook" on a stage of the Digital Pipeline. facts: extended 1.6 */
export interface StageHookRow {
	id: number;
	pipeline_id: number;
	status_id: number;
	url: string;
	/** What has to happen while a lead is on the stage; without it, that a lead comes there. */
	event?: StageEvent;
}

export interface FileVersion {
	uuid: string;
	/** The session that it came by. */
	session_id: number | null;
	size: number;
	sha256: string;
	/** Of a picture whose size can be read. */
	picture?: { width: number; height: number };
	created_at: number;
}

export interface FileRow {
	id: number;
	uuid: string;
	name: string;
	type: 'file' | 'image' | 'video' | 'audio';
	mime: string;
	extension: string;
	created_at: number;
	updated_at: number;
	created_by: { id: number; type: string };
	deleted_at: number | null;
	/** Whether previews were asked for. */
	with_preview?: boolean;
	/** Newest last. Their contents are in the storage, by their UUIDs. */
	versions: FileVersion[];
	current: string;
}

/** A file shown in the "files" tab of a card. */
export interface AttachmentRow {
	id: number;
	entity_type: string;
	entity_id: number;
	file_uuid: string;
}

export interface ChatLinkRow {
	id: number;
	chat_id: string;
	contact_id: number;
}

export interface WidgetRow {
	id: number;
	code: string;
	version: string;
	rating: string;
	is_lead_source: boolean;
	is_work_with_dp: boolean;
	is_crm_template: boolean;
	client_uuid: string | null;
	is_active_in_account: boolean;
	pipeline_id: number | null;
	settings: Record<string, unknown> | null;
	settings_template: { key: string; name: string; type: string; is_required: boolean }[];
}

export interface BotRow {
	id: number;
	name: string;
	type: 'regular' | 'greeting' | 'marketing' | 'nps';
}

/** An AI agent of amoCRM ("Amma"). facts: extended 7.10 */
export interface AgentRow {
	id: number;
	uuid: string;
	client_id: string;
	name: string;
	description: string;
	system_prompt: string;
	ai_instructions: string | null;
	avatar: string | null;
	model_size: 'S' | 'M' | 'L';
	is_active: boolean;
	mcp: { url: string; transport: 'streamable-http' | 'sse'; headers: Record<string, string> } | null;
	created_at: number;
	updated_at: number;
}

/** A started bot, to assert on. */
export interface BotRunRow {
	id: number;
	bot_id: number;
	entity_id: number;
	entity_type: number;
	started_at: number;
	stopped: boolean;
}

export interface ButtonRow {
	id: number;
	name: string;
	pipeline_id: number;
	trusted_websites: string[];
	has_chat: boolean;
	is_used_in_app: boolean;
	is_deleted: boolean;
	created_at?: number;
}

export interface ShortLinkRow {
	id: number;
	url: string;
	target: string;
	entity_id: number;
	entity_type: string;
}

export interface ChatTemplateRow {
	id: number;
	client_id: string;
	name: string;
	content: string;
	created_at: number;
	updated_at: number;
	is_editable: boolean;
	external_id: string | null;
	type: 'amocrm' | 'waba';
	extra: Record<string, unknown>;
	reviews: { id: number; source_id: number; status: string; reject_reason: string }[];
}

export type { FieldEnum, RoleRights };
