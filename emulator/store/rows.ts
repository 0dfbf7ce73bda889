/** What the account stores: rows in amoCRM's own words, without anything that is only presentation. */

export interface Identified {
	id: number;
}

export type EntityType = 'leads' | 'contacts' | 'companies' | 'customers';

export type FieldOwner = EntityType | 'segments' | `catalogs/${number}`;

export interface FieldValue {
	field_id: number;
	values: Record<string, unknown>[];
}

export interface Stamped {
	id: number;
	created_by: number;
	updated_by: number;
	created_at: number;
	updated_at: number;
}

export interface EntityRow extends Stamped {
	name: string | null;
	responsible_user_id: number;
	group_id: number;
	closest_task_at: number | null;
	is_deleted: boolean;
	/** Hidden until its incoming lead is accepted. facts: core 6.2 */
	is_unsorted: boolean;
	custom_fields_values: FieldValue[];
	tag_ids: number[];
}

export interface LeadRow extends EntityRow {
	/** Integer part, as read. */
	price: number;
	price_with_minor_units: number;
	status_id: number;
	pipeline_id: number;
	loss_reason_id: number | null;
	source_id: number | null;
	closed_at: number | null;
	score: number | null;
	labor_cost: number | null;
	is_price_modified_by_robot: boolean;
	visitor_uid: string | null;
}

export interface ContactRow extends EntityRow {
	first_name: string;
	last_name: string;
}

export type CompanyRow = EntityRow;

export interface CustomerRow extends EntityRow {
	next_price: number | null;
	next_date: number | null;
	status_id: number | null;
	periodicity: number;
	segment_ids: number[];
	bonus_points: number;
}

export interface TaskRow extends Stamped {
	responsible_user_id: number;
	group_id: number;
	entity_id: number | null;
	entity_type: EntityType | null;
	duration: number;
	is_completed: boolean;
	task_type_id: number;
	text: string;
	result: { text: string } | null;
	complete_till: number;
}

export interface UserRow {
	id: number;
	name: string;
	email: string;
	lang: 'ru' | 'en' | 'es' | 'pt';
	uuid: string;
	amojo_id: string;
	phone_number: string | null;
	rights: UserRights;
}

export type Access = 'A' | 'G' | 'M' | 'D';
export type EntityRights = { view: Access; edit: Access; add: Access; delete: Access; export: Access };

export interface RoleRights {
	leads: EntityRights;
	contacts: EntityRights;
	companies: EntityRights;
	tasks: { edit: Access; delete: Access };
	mail_access: boolean;
	catalog_access: boolean;
	status_rights: unknown[] | null;
	catalog_rights?: unknown[] | null;
}

export interface UserRights extends RoleRights {
	is_admin: boolean;
	is_free: boolean;
	is_active: boolean;
	group_id: number | null;
	role_id: number | null;
}

export interface RoleRow {
	id: number;
	name: string;
	rights: RoleRights;
}

export interface StatusDescription {
	id: number;
	level: 'newbie' | 'candidate' | 'master';
	description: string;
	created_at: string;
	updated_at: string;
	created_by: number;
	updated_by: number;
}

export interface StatusRow {
	id: number;
	name: string;
	sort: number;
	is_editable: boolean;
	pipeline_id: number;
	color: string;
	type: 0 | 1;
	descriptions: StatusDescription[];
}

export interface PipelineRow {
	id: number;
	name: string;
	sort: number;
	is_main: boolean;
	is_unsorted_on: boolean;
	is_archive: boolean;
	statuses: StatusRow[];
}

export interface LossReasonRow {
	id: number;
	name: string;
	sort: number;
	created_at: number;
	updated_at: number;
}

export interface TagRow {
	id: number;
	name: string;
	color: string | null;
}

export interface FieldEnum {
	id: number;
	value: string;
	sort: number;
	code?: string | null;
	/** category only */
	parent_id?: number | null;
}

export interface CustomFieldRow {
	id: number;
	name: string;
	type: string;
	code: string | null;
	sort: number;
	owner: FieldOwner;
	is_api_only: boolean;
	enums: FieldEnum[] | null;
	group_id: string | null;
	required_statuses: { status_id: number; pipeline_id: number }[];
	is_deletable: boolean;
	is_predefined: boolean;
	is_computed: boolean;
	is_visible: boolean;
	is_required: boolean;
	remind: string | null;
	currency: string | null;
	tracking_callback: string | null;
	search_in: string | null;
	chained_lists: { title: string | null; catalog_id: number; parent_catalog_id: number | null }[] | null;
}

/** Any row of the four entities or a task. */
export type Row = LeadRow | ContactRow | CompanyRow | CustomerRow | TaskRow;
