import { makeField } from '../seed/fields';
import type { Account } from '../store/account';
import type { CatalogRow } from '../store/moreRows';

/** The fields amoCRM puts into a list of products or invoices by itself. facts: extended 3.2, 3.4 */

interface Own {
	code: string;
	type: string;
	ru: string;
	en: string;
	/** Words of the options by their codes. facts: extended 12 */
	options?: Record<string, { ru: string; en: string }>;
}

const PRODUCTS: Own[] = [
	{ code: 'SKU', type: 'text', ru: 'Артикул', en: 'SKU' },
	{ code: 'DESCRIPTION', type: 'textarea', ru: 'Описание', en: 'Description' },
	{ code: 'PRICE', type: 'price', ru: 'Цена', en: 'Price' },
	{ code: 'SPECIAL_PRICE_1', type: 'price', ru: 'Оптовая цена', en: 'Wholesale price' },
	{ code: 'GROUP', type: 'category', ru: 'Группа', en: 'Group', options: {} },
	{ code: 'UNIT', type: 'text', ru: 'Единица измерения', en: 'Unit' },
];

const INVOICES: Own[] = [
	{
		code: 'BILL_STATUS',
		type: 'select',
		ru: 'Статус',
		en: 'Status',
		options: {
			created: { ru: 'Создан', en: 'Created' },
			paid: { ru: 'Оплачен', en: 'Paid' },
			paid_in_advance: { ru: 'Оплачен в аванс', en: 'Paid in advance' },
			partially_paid: { ru: 'Частично оплачен', en: 'Partially paid' },
		},
	},
	{ code: 'LEGAL_ENTITY', type: 'legal_entity', ru: 'Юридическое лицо', en: 'Legal entity' },
	{ code: 'SUPPLIER', type: 'supplier', ru: 'Поставщик', en: 'Supplier' },
	{ code: 'PAYER', type: 'payer', ru: 'Плательщик', en: 'Payer' },
	{ code: 'ITEMS', type: 'items', ru: 'Позиции', en: 'Items' },
	{
		code: 'BILL_VAT_TYPE',
		type: 'select',
		ru: 'НДС',
		en: 'VAT',
		options: {
			vat_exempt: { ru: 'Не облагается НДС', en: 'Exempt from VAT' },
			vat_included: { ru: 'НДС включён в стоимость', en: 'VAT is included' },
			vat_not_included: { ru: 'НДС начисляется поверх стоимости', en: 'VAT is added to the price' },
		},
	},
	{ code: 'BILL_REASON_FOR_NO_VAT', type: 'text', ru: 'Причина отсутствия НДС', en: 'Reason for no VAT' },
	{ code: 'BILL_PAYMENT_DATE', type: 'date', ru: 'Дата оплаты', en: 'Payment date' },
	{ code: 'BILL_COMMENT', type: 'textarea', ru: 'Комментарий', en: 'Comment' },
	{ code: 'BILL_PRICE', type: 'numeric', ru: 'Сумма', en: 'Total' },
];

export function addOwnFields(account: Account, { id, type }: CatalogRow): void {
	const own = type === 'products' ? PRODUCTS : type === 'invoices' ? INVOICES : [];
	for (const { code, type: fieldType, options, ...names } of own) {
		const words = options && Object.values(options).map((word) => word[account.language]);
		const field = makeField(account, `catalogs/${id}`, names[account.language], fieldType, { code, is_predefined: true, is_deletable: false, options: words });
		Object.keys(options ?? {}).forEach((own, index) => Object.assign(field.enums?.[index] ?? {}, { code: own }));
	}
}
