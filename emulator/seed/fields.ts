import type { Account } from '../store/account';
import type { CustomFieldRow, EntityType } from '../store/rows';
import { TEXTS } from './texts';

/** Custom fields of every common type. facts: core 15.2, extended 2.3 */

const PHONE_KINDS = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'];
const EMAIL_KINDS = ['WORK', 'PRIV', 'OTHER'];

type Extra = Partial<Omit<CustomFieldRow, 'id' | 'owner' | 'name' | 'type' | 'enums'>> & { options?: readonly string[] };

export function makeField(account: Account, owner: CustomFieldRow['owner'], name: string, type: string, extra: Extra = {}): CustomFieldRow {
	const { options, ...rest } = extra;
	const siblings = account.fieldsOf(owner).length;
	return account.customFields.add({
		id: account.customFields.nextId(),
		name,
		type,
		owner,
		code: null,
		sort: 500 + siblings,
		is_api_only: false,
		enums: options?.map((value, index) => ({ id: account.nextSmallId(), value, sort: index + 1, code: null })) ?? null,
		group_id: null,
		required_statuses: [],
		is_deletable: true,
		is_predefined: false,
		is_computed: false,
		is_visible: true,
		is_required: false,
		remind: null,
		currency: null,
		tracking_callback: null,
		search_in: null,
		chained_lists: null,
		...rest,
	});
}

export function seedFields(account: Account): void {
	const texts = TEXTS[account.language];
	const predefined = { is_predefined: true, is_deletable: false };
	const add = (owner: EntityType, name: string, type: string, extra?: Extra) => makeField(account, owner, name, type, extra);

	const { lead, contact, company } = texts;
	for (const code of ['UTM_SOURCE', 'UTM_MEDIUM', 'UTM_CAMPAIGN', 'UTM_CONTENT', 'UTM_TERM']) {
		add('leads', code.toLowerCase(), 'tracking_data', { code, group_id: 'statistic', ...predefined });
	}
	add('leads', lead.source, 'select', { code: 'SOURCE', options: texts.sources });
	add('leads', lead.channels, 'multiselect', { options: texts.channels });
	add('leads', lead.priority, 'radiobutton', { options: texts.priorities });
	add('leads', lead.budget, 'numeric');
	add('leads', lead.amount, 'monetary', { currency: account.info.currency ?? texts.account.currency });
	add('leads', lead.start, 'date');
	add('leads', lead.callAt, 'date_time');
	add('leads', lead.urgent, 'checkbox');
	add('leads', lead.link, 'url');
	add('leads', lead.comment, 'textarea');
	add('leads', lead.address, 'smart_address');
	add('leads', lead.reach, 'text', { code: 'CONTRACT_NUMBER' });
	add('leads', lead.legal, 'legal_entity');
	add('leads', lead.contract, 'file');

	const phone = (owner: EntityType, name: string) => multitext(account, owner, name, 'PHONE', PHONE_KINDS);
	const email = (owner: EntityType, name: string) => multitext(account, owner, name, 'EMAIL', EMAIL_KINDS);
	add('contacts', contact.position, 'text', { code: 'POSITION', ...predefined });
	phone('contacts', contact.phone);
	email('contacts', contact.email);
	add('contacts', contact.birthday, 'birthday', { remind: 'day' });
	add('contacts', contact.agreement, 'checkbox');
	add('contacts', contact.address, 'streetaddress');
	add('contacts', contact.language, 'select', { options: texts.languages });

	phone('companies', company.phone);
	email('companies', company.email);
	add('companies', company.web, 'url', { code: 'WEB', ...predefined });
	add('companies', company.address, 'textarea', { code: 'ADDRESS', ...predefined });
	add('companies', company.industry, 'select', { options: texts.industries });
	add('companies', company.employees, 'numeric');
	add('companies', company.legal, 'legal_entity');

	add('customers', texts.customer.level, 'select', { options: texts.levels });
}

/** Phone and email: the kinds are enums with their code as value. */
function multitext(account: Account, owner: EntityType, name: string, code: string, kinds: readonly string[]): void {
	const field = makeField(account, owner, name, 'multitext', { code, is_predefined: true, is_deletable: false, options: kinds });
	for (const option of field.enums ?? []) delete option.code;
}
