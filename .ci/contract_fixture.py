"""Puts into an empty mall what the examples of docs/openapi.json speak of. Prints who may call as shell variables, and writes the
document with the ids that this mall gave to the address and the order of the examples.

    contract_fixture.py <the mall program> <data folder of the mall> <the document to write>
"""

import http.cookies
import json
import pathlib
import subprocess
import sys
import urllib.parse
import urllib.request

PROGRAM, DATA, DOCUMENT = map(pathlib.Path, sys.argv[1:])
VALUES = json.loads(pathlib.Path("infra/xtask/src/openapi/sample_values.json").read_text())
URL = json.loads((DATA / "endpoints.json").read_text())["url"]
MEMBER = {"login_name": "lilei88", "password": "correct horse", "phone": "13800001234", "nickname": "李雷"}


def call(method, path, body, **headers):
    """Answers the body and the cookies."""
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | headers
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        cookies = http.cookies.SimpleCookie()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            cookies.load(cookie)
        return json.load(answer), {name.rsplit("-", 1)[1]: cookie.value for name, cookie in cookies.items()}


def by_staff(method, path, body):
    return call(method, path, body, Cookie=f"__Host-mall-staff={STAFF}")[0]


def staff_session(login):
    """A session of a new account that may do everything."""
    create = [PROGRAM, "staff", "create", login, "--password-stdin", "--data", DATA]
    password = VALUES["staff.password"]
    subprocess.run(create, check=True, input=password, text=True, stdout=subprocess.DEVNULL)
    return call("POST", "/api/staff/sessions", {"login": login, "password": password})[1]["staff"]


def sign_in():
    credentials = {"login": MEMBER["login_name"], "password": MEMBER["password"]}
    return call("POST", "/api/auth/sessions", credentials)[1]["session"]


STAFF, OTHER_STAFF = staff_session(VALUES["staff.login"]), staff_session("another")
by_staff("PUT", f"/api/staff/admin/roles/{VALUES['role.id']}", {"permissions": ["catalog:*"]})
colleague = {"login": "colleague", "name": "韩梅梅", "password": VALUES["staff.password"]}
colleague_id = by_staff("POST", "/api/staff/admin/accounts", colleague)["id"]
for category_id, parent_id in [(100100, None), (100110, 100100), (100111, 100110)]:
    category = {"parent_id": parent_id, "name": f"类目 {category_id}"}
    by_staff("PUT", f"/api/catalog/admin/categories/{category_id}", category)
admin, brand, version = "/api/catalog/admin", urllib.parse.quote("星桥"), urllib.parse.quote("版本")
by_staff("PUT", f"{admin}/brands/{brand}", {"name": "星桥"})
by_staff("PUT", f"{admin}/categories/100111/attributes/{version}", {"name": "版本", "use": "sale"})
skus = [
    {"code": f"D1001-0{n}", "price_fen": 499900, "options": [{"attribute_id": "版本", "value": str(n)}]} for n in (1, 2)
]
product = {"name": "手机", "category_id": 100111, "brand_id": "星桥", "skus": skus}
by_staff("PUT", f"{admin}/products/D1001", product)
by_staff("PUT", f"{admin}/products/D1001/sale", None)
for sku in skus:
    receipt = {"number": f"fixture/{sku['code']}", "sku_id": sku["code"], "warehouse_id": "main", "quantity": 100000}
    by_staff("POST", "/api/stock/admin/receipts", receipt)

call("POST", "/api/members", MEMBER)
session, other_session = sign_in(), sign_in()
cookie = f"__Host-mall-session={session}"
address = {"receiver": "李雷", "phone": MEMBER["phone"], "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 90 号"}
address_id = call("POST", "/api/members/me/addresses", address, Cookie=cookie)[0]["id"]
line = {"sku_id": "D1001-01", "quantity": 1}
call("POST", "/api/cart/items", line, Cookie=cookie)
quote = call("POST", "/api/orders/quotes", {"address_id": address_id}, Cookie=cookie)[0]["quote"]
order_sn = call("POST", "/api/orders", {"quote": quote}, Cookie=cookie)[0]["order_sn"]
call("POST", "/api/cart/items", line, Cookie=cookie)  # What was ordered leaves the cart.
guest = call("POST", "/api/cart/items", line)[1]["guest"]

print(f"URL={URL}\nSTAFF={STAFF}\nOTHER_STAFF={OTHER_STAFF}\nSESSION={session}\nOTHER_SESSION={other_session}\nGUEST={guest}")

document = pathlib.Path("docs/openapi.json").read_text()
for name, value in {"address.id": address_id, "colleague.id": colleague_id, "order.sn": order_sn}.items():
    document = document.replace(VALUES[name], value)
DOCUMENT.write_text(document)
