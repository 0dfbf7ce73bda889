import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Account } from '../store/account';
import type { EntityRights, RoleRights, UserRights } from '../store/rows';
import { ENTITY_TYPES, LOST, WON } from '../store/account';
import { seedFields } from './fields';
import { TEXTS } from './texts';

/** What every account has from the start: people, pipelines, loss reasons, fields. */

const ACCOUNT_ID = 31_000_001;
const STAGE_COLORS = ['#99ccff', '#ffff99', '#ffcc66', '#ffc8c8', '#deff81'];

export function seedBase(account: Account, clock: Clock): void {
	const texts = TEXTS[account.language];
	const now = clock.seconds();
	const born = now - 200 * 86_400;
	seedUsers(account);
	const owner = [...account.users.keys()][0] ?? 0;
	account.info = {
		id: ACCOUNT_ID,
		name: texts.account.name,
		subdomain: 'demo',
		uuid: randomUUID(),
		amojo_id: randomUUID(),
		country: texts.account.country,
		currency: texts.account.currency,
		currency_symbol: texts.account.symbol,
		timezone: texts.account.timezone,
		created_at: born,
		created_by: 0,
		updated_at: born,
		updated_by: owner,
		customers_mode: 'periodicity',
		is_unsorted_on: true,
		is_loss_reason_enabled: true,
		contact_name_display_order: 1,
		task_types: texts.taskTypes.map((name, index) => ({
			id: index < 2 ? index + 1 : 2_700_000 + index,
			name,
			color: index < 2 ? null : 'ff8f92',
			icon_id: index < 2 ? null : 1,
			code: ['FOLLOW_UP', 'MEETING'][index] ?? null,
		})),
		groups: groupsOf(account),
	};
	for (const [index, { name, stages }] of texts.pipelines.entries()) {
		const id = account.pipelines.nextId();
		const status = (fields: { id: number; name: string; sort: number; color: string; type?: 0 | 1; editable?: boolean }) => ({
			id: fields.id,
			name: fields.name,
			sort: fields.sort,
			is_editable: fields.editable ?? false,
			pipeline_id: id,
			color: fields.color,
			type: fields.type ?? 0,
			descriptions: [],
		});
		account.pipelines.add({
			id,
			name,
			sort: index + 1,
			is_main: index === 0,
			is_unsorted_on: true,
			is_archive: false,
			statuses: [
				status({ id: account.nextSmallId(), name: texts.unsorted, sort: 10, color: '#c1c1c1', type: 1 }),
				...stages.map((stage, order) =>
					status({ id: account.nextSmallId(), name: stage, sort: 20 + order * 10, color: STAGE_COLORS[order] ?? '#d6eaff', editable: true }),
				),
				status({ id: WON, name: texts.won, sort: 10_000, color: '#CCFF66' }),
				status({ id: LOST, name: texts.lost, sort: 11_000, color: '#D5D8DB' }),
			],
		});
	}
	texts.lossReasons.forEach((name, index) => {
		account.lossReasons.add({ id: account.lossReasons.nextId(), name, sort: 100_000 + index, created_at: born, updated_at: born });
	});
	seedFields(account);
	seedFurniture(account);
}

/** What the account's other rooms hold from the start: groups of fields, statuses of customers, bots, a widget. */
function seedFurniture(account: Account): void {
	const { main, statistic, customerStatuses, bots } = TEXTS[account.language];
	for (const owner of ENTITY_TYPES) {
		const group = (code: string, name: string, sort: number) =>
			account.fieldGroups.add({ id: account.fieldGroups.nextId(), code, owner, name, sort, is_predefined: true });
		group('default', main, 1);
		if (owner === 'leads') group('statistic', statistic, 2);
	}
	customerStatuses.forEach((name, index) => {
		const own = { name, sort: 10 + index * 10, is_default: index === 0, conditions: [], type: index, color: STAGE_COLORS[index] ?? '#d6eaff' };
		account.customerStatuses.add({ id: account.customerStatuses.nextId(), ...own });
	});
	(['regular', 'greeting', 'nps'] as const).forEach((type, index) => {
		account.bots.add({ id: account.bots.nextId(), name: bots[index] ?? type, type });
	});
	account.widgets.add({
		id: account.widgets.nextId(),
		code: 'demo_widget',
		version: '1.0.0',
		rating: '0,0',
		settings_template: [
			{ key: 'login', name: 'Login', type: 'text', is_required: true },
			{ key: 'api_key', name: 'API key', type: 'pass', is_required: false },
		],
		is_lead_source: false,
		is_work_with_dp: true,
		is_crm_template: false,
		client_uuid: null,
		is_active_in_account: false,
		pipeline_id: null,
		settings: null,
	});
}

const GROUP_ID = 267_001;

const groupsOf = (account: Account) => {
	const [sales, support] = TEXTS[account.language].groups;
	return [
		{ id: 0, name: sales, uuid: randomUUID() },
		{ id: GROUP_ID, name: support, uuid: randomUUID() },
	];
};

export const fullRights = (): RoleRights => {
	const all: EntityRights = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };
	return {
		leads: { ...all },
		contacts: { ...all },
		companies: { ...all },
		tasks: { edit: 'A', delete: 'A' },
		mail_access: true,
		catalog_access: true,
		status_rights: null,
		catalog_rights: null,
	};
};

function seedUsers(account: Account): void {
	const texts = TEXTS[account.language];
	const [manager, observer] = texts.roles.map((name, index) =>
		account.roles.add({ id: account.roles.nextId(), name, rights: index === 0 ? fullRights() : readOnly() }),
	);
	texts.users.forEach(([name, email], index) => {
		const isAdmin = index === 0;
		const role = isAdmin ? undefined : index === 1 ? manager : observer;
		const rights: UserRights = {
			...(role?.rights ?? fullRights()),
			is_admin: isAdmin,
			is_free: false,
			is_active: true,
			group_id: index === 2 ? GROUP_ID : null,
			role_id: role?.id ?? null,
		};
		const id = account.users.nextId();
		account.users.add({ id, name, email, lang: account.language, uuid: randomUUID(), amojo_id: randomUUID(), phone_number: null, rights });
	});
}

function readOnly(): RoleRights {
	const view: EntityRights = { view: 'A', edit: 'D', add: 'D', delete: 'D', export: 'D' };
	const rights = fullRights();
	return { ...rights, leads: { ...view }, contacts: { ...view }, companies: { ...view }, tasks: { edit: 'M', delete: 'D' }, mail_access: false };
}
