import type { Language } from '../options';
import { Links } from './links';
import type {
	CompanyRow,
	ContactRow,
	CustomerRow,
	CustomFieldRow,
	EntityRow,
	EntityType,
	FieldOwner,
	LeadRow,
	LossReasonRow,
	PipelineRow,
	RoleRow,
	StatusRow,
	TagRow,
	TaskRow,
	UserRow,
} from './rows';
import type {
	AgentRow,
	AttachmentRow,
	BotRow,
	BotRunRow,
	ButtonRow,
	CatalogRow,
	ChatLinkRow,
	ChatTemplateRow,
	CustomerStatusRow,
	ElementRow,
	EventRow,
	FieldGroupRow,
	FileRow,
	MessageRow,
	NoteRow,
	SegmentRow,
	ShortLinkRow,
	SourceRow,
	StageHookRow,
	TalkRow,
	TransactionRow,
	UnsortedRow,
	WebhookRow,
	WidgetRow,
} from './moreRows';
import { Table } from './table';

export interface TaskType {
	id: number;
	name: string;
	color: string | null;
	icon_id: number | null;
	code: string | null;
}

export interface AccountInfo {
	id: number;
	name: string;
	subdomain: string;
	uuid: string;
	amojo_id: string;
	country: string;
	currency: string;
	currency_symbol: string;
	timezone: string;
	created_at: number;
	created_by: number;
	updated_at: number;
	updated_by: number;
	customers_mode: 'unavailable' | 'disabled' | 'segments' | 'dynamic' | 'periodicity';
	is_unsorted_on: boolean;
	is_loss_reason_enabled: boolean;
	contact_name_display_order: 1 | 2;
	task_types: TaskType[];
	groups: { id: number; name: string; uuid: string }[];
}

export const SINGULAR: Readonly<Record<EntityType, 'lead' | 'contact' | 'company' | 'customer'>> = {
	leads: 'lead',
	contacts: 'contact',
	companies: 'company',
	customers: 'customer',
};

/** Numeric element types of the v2 world. facts: extended 0 */
export const ELEMENT_TYPE: Readonly<Record<EntityType, number>> = { contacts: 1, leads: 2, companies: 3, customers: 12 };

export const ENTITY_TYPES: readonly EntityType[] = ['leads', 'contacts', 'companies', 'customers'];

export const WON = 142;
export const LOST = 143;

/** Everything one amoCRM account holds, in memory. */
export class Account {
	info: AccountInfo;

	readonly leads = new Table<LeadRow>('leads', 7_000_001);
	readonly contacts = new Table<ContactRow>('contacts', 46_000_001);
	readonly companies = new Table<CompanyRow>('companies', 47_000_001);
	readonly customers = new Table<CustomerRow>('customers', 2_001);
	readonly tasks = new Table<TaskRow>('tasks', 3_000_001);
	readonly users = new Table<UserRow>('users', 9_000_001);
	readonly roles = new Table<RoleRow>('roles', 3_141);
	readonly pipelines = new Table<PipelineRow>('pipelines', 7_100_001);
	readonly lossReasons = new Table<LossReasonRow>('lossReasons', 4_200_001);
	readonly customFields = new Table<CustomFieldRow>('customFields', 251_001);
	readonly tags: Readonly<Record<EntityType, Table<TagRow>>> = {
		leads: new Table('tags.leads', 101_001),
		contacts: new Table('tags.contacts', 201_001),
		companies: new Table('tags.companies', 301_001),
		customers: new Table('tags.customers', 401_001),
	};
	readonly links = new Links();
	readonly notes = new Table<NoteRow>('notes', 4_600_001);
	readonly fieldGroups = new Table<FieldGroupRow>('fieldGroups', 1_001);
	readonly catalogs = new Table<CatalogRow>('catalogs', 9_001);
	readonly elements = new Table<ElementRow>('elements', 500_001);
	readonly customerStatuses = new Table<CustomerStatusRow>('customerStatuses', 4_740_001);
	readonly segments = new Table<SegmentRow>('segments', 43);
	readonly transactions = new Table<TransactionRow>('transactions', 14_001);
	readonly unsorted = new Table<UnsortedRow>('unsorted', 1);
	readonly events = new Table<EventRow>('events', 1);
	readonly talks = new Table<TalkRow>('talks', 100);
	readonly messages = new Table<MessageRow>('messages', 1);
	readonly sources = new Table<SourceRow>('sources', 8_801);
	readonly webhooks = new Table<WebhookRow>('webhooks', 48_100_001);
	readonly stageHooks = new Table<StageHookRow>('stageHooks', 1);
	readonly files = new Table<FileRow>('files', 1);
	readonly attachments = new Table<AttachmentRow>('attachments', 1);
	readonly chats = new Table<ChatLinkRow>('chats', 1);
	readonly widgets = new Table<WidgetRow>('widgets', 742_001);
	readonly bots = new Table<BotRow>('bots', 5_001);
	readonly botRuns = new Table<BotRunRow>('botRuns', 1);
	readonly agents = new Table<AgentRow>('agents', 1);
	readonly buttons = new Table<ButtonRow>('buttons', 15_001);
	readonly shortLinks = new Table<ShortLinkRow>('shortLinks', 1);
	readonly chatTemplates = new Table<ChatTemplateRow>('chatTemplates', 7_201);

	/** Ids of everything small that lives inside other rows: statuses, enums, descriptions. */
	private smallId = 60_000_010;

	constructor(public language: Language) {
		this.info = {} as AccountInfo;
	}

	nextSmallId(): number {
		this.smallId += 1;
		return this.smallId;
	}

	get lastSmallId(): number {
		return this.smallId;
	}

	set lastSmallId(id: number) {
		this.smallId = Math.max(this.smallId, id);
	}

	entities(type: EntityType): Table<EntityRow> {
		// Each table holds a subtype; callers that share code across types see the common part.
		return this[type] as unknown as Table<EntityRow>;
	}

	fieldsOf(owner: FieldOwner): CustomFieldRow[] {
		return [...this.customFields.values()].filter((field) => field.owner === owner).sort((a, b) => a.sort - b.sort || a.id - b.id);
	}

	get mainPipeline(): PipelineRow | undefined {
		let first: PipelineRow | undefined;
		for (const pipeline of this.pipelines.values()) {
			if (pipeline.is_archive) continue;
			if (pipeline.is_main) return pipeline;
			if (first === undefined || pipeline.sort < first.sort) first = pipeline;
		}
		return first;
	}

	status(pipelineId: number, statusId: number): StatusRow | undefined {
		return this.pipelines.get(pipelineId)?.statuses.find(({ id }) => id === statusId);
	}

	/** Where new leads land: the first stage that is not "incoming leads". */
	firstStatus(pipeline: PipelineRow): StatusRow | undefined {
		let first: StatusRow | undefined;
		for (const status of pipeline.statuses) if (status.type !== 1 && (first === undefined || status.sort < first.sort)) first = status;
		return first;
	}

	activeUser(id: number): UserRow | undefined {
		const user = this.users.get(id);
		return user && (user.rights.is_active || user.rights.is_admin) ? user : undefined;
	}

	/** Empties everything; ids go on where they were, as they do in a database. */
	wipe(): void {
		for (const table of this.tables()) table.clear();
		this.links.clear();
	}

	tables(): Table<{ id: number }>[] {
		const isTable = (value: unknown): value is Table<{ id: number }> => value instanceof Table;
		const candidates: unknown[] = [...Object.values(this), ...Object.values(this.tags)];
		return candidates.filter(isTable);
	}

	hasElement(catalogId: number, elementId: number): boolean {
		return this.elements.get(elementId)?.catalog_id === catalogId;
	}

	firstCustomerStatusId(): number | undefined {
		return [...this.customerStatuses.values()].sort((a, b) => a.sort - b.sort)[0]?.id;
	}

	invoicesCatalogId(): number | undefined {
		return [...this.catalogs.values()].find(({ type }) => type === 'invoices')?.id;
	}

	/** What a customer has bought so far. facts: extended 4 */
	purchasesOf(customerId: number): { ltv: number; purchases_count: number; average_check: number } {
		const bought = [...this.transactions.values()].filter((row) => row.customer_id === customerId && !row.is_deleted);
		const ltv = bought.reduce((sum, { price }) => sum + price, 0);
		return { ltv, purchases_count: bought.length, average_check: bought.length > 0 ? Math.round(ltv / bought.length) : 0 };
	}
}
