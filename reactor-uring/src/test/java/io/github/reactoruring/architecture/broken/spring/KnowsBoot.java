package io.github.reactoruring.architecture.broken.spring;

import org.springframework.boot.SpringApplication;

import io.github.reactoruring.architecture.broken.spring.boot.OfBoot;

/** Breaks the rules that only {@code .spring.boot} knows Spring Boot, and that it is above {@code .spring}. */
record KnowsBoot(SpringApplication application, OfBoot known) {
}
