package io.github.reactoruring.internal.spring;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpCookie;
import org.springframework.http.server.RequestPath;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.util.MultiValueMap;

import reactor.core.publisher.Flux;

/**
 * A request that is another in all but its body, which is a {@link WholeBody}.
 *
 * <p>No decorator: Spring gives the attributes of an exchange to none, and applications ask for the class that it extends.
 */
public final class WholeRequest extends AbstractServerHttpRequest {

    private final ServerHttpRequest request;
    private final AtomicBoolean bodyTaken = new AtomicBoolean();

    private WholeRequest(ServerHttpRequest request) {
        super(request.getMethod(), request.getURI(), request.getPath().contextPath().value(), request.getHeaders());
        this.request = request;
    }

    /** Returns {@code request} with a body that ends with an error where it ends too early. */
    public static ServerHttpRequest of(ServerHttpRequest request) {
        return request.getHeaders().getContentLength() == 0 ? request : new WholeRequest(request);
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return WholeBody.create(request.getBody(), request, bodyTaken);
    }

    @Override
    public void setAttributesSupplier(Supplier<Map<String, Object>> supplier) {
        super.setAttributesSupplier(supplier);
        if (request instanceof AbstractServerHttpRequest open) {
            open.setAttributesSupplier(supplier);
        }
    }

    @Override
    public <T> T getNativeRequest() {
        return ServerHttpRequestDecorator.getNativeRequest(request);
    }

    @Override
    public String getId() {
        return request.getId();
    }

    @Override
    public RequestPath getPath() {
        return request.getPath();
    }

    @Override
    public MultiValueMap<String, String> getQueryParams() {
        return request.getQueryParams();
    }

    @Override
    public MultiValueMap<String, HttpCookie> getCookies() {
        return request.getCookies();
    }

    @Override
    protected MultiValueMap<String, HttpCookie> initCookies() {
        return request.getCookies();
    }

    @Override
    public @Nullable InetSocketAddress getLocalAddress() {
        return request.getLocalAddress();
    }

    @Override
    public @Nullable InetSocketAddress getRemoteAddress() {
        return request.getRemoteAddress();
    }

    @Override
    public @Nullable SslInfo getSslInfo() {
        return request.getSslInfo();
    }

    @Override
    protected @Nullable SslInfo initSslInfo() {
        return request.getSslInfo();
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
